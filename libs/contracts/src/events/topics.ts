/**
 * Every topic of the event log and the durable consumers that must see each of its messages.
 * A message stays until all of them acknowledged it, also when one has never been started.
 */
export const TOPICS = {
  usage: { consumers: ['billing'] },
  'channel-observations': { consumers: ['channel-health'] },
  organizations: { consumers: ['billing'] },
  budgets: { consumers: ['billing'] },
  'budget-alerts': { consumers: ['channel-health'] },
} as const satisfies Record<string, { readonly consumers: readonly string[] }>;

export type Topic = keyof typeof TOPICS;
export type ConsumerName = (typeof TOPICS)[Topic]['consumers'][number];
