/** What `POST /api/v1/config/apply` answers; the command line shows it. */
export interface ConfigApplyReply {
  readonly dryRun: boolean;
  /** Empty when everything is as the file says. */
  readonly changes: readonly ConfigChange[];
  /** What the operator should know and nothing has to be done about. */
  readonly notes: readonly string[];
  readonly generatedKeys: readonly GeneratedKey[];
}

export const CONFIG_CHANGE_KINDS = [
  'organization',
  'channel',
  'model',
  'price',
  'key',
  'budget',
  'settings',
] as const;
export type ConfigChangeKind = (typeof CONFIG_CHANGE_KINDS)[number];

/** One difference between the file and what is there. */
export interface ConfigChange {
  readonly kind: ConfigChangeKind;
  readonly name: string;
  readonly action: 'create' | 'update' | 'delete';
  readonly fields: readonly ConfigFieldChange[];
}

/** One field that differs, as JSON values. Secrets appear masked. `null`: there was nothing. */
export interface ConfigFieldChange {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** A key that the file named without a secret: this is the only time that the secret is seen. */
export interface GeneratedKey {
  readonly id: string;
  readonly organization: string;
  readonly name: string;
  readonly secret: string;
}
