/** Through which door a write came. */
export const VIAS = ['api', 'config-file', 'start'] as const;
export type Via = (typeof VIAS)[number];

/** Who writes; stands in the audit log. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly via: Via;
}

/** The service itself, at start. */
export const SYSTEM_ACTOR: Actor = Object.freeze({ id: 'system', name: 'system', via: 'start' });
