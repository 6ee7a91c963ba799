/**
 * First halves of our advisory lock keys; the second half is `hashtext(<schema>)`. One number each, so that no two
 * purposes ever share a lock.
 */
export const ADVISORY_LOCKS = {
  /** Held by a session while it migrates a schema. */
  migrations: 0x7467_0001,
  /** Held by a transaction from its first outbox row until it ends: positions then rise in the order of commits. */
  outboxOrder: 0x7467_0002,
  /** Held by the session of the one relay that delivers. */
  outboxRelay: 0x7467_0003,
} as const;
