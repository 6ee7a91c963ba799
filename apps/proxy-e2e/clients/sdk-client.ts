/** What an application asks, told without any dialect. */
export interface Question {
  readonly model: string;
  readonly stream: boolean;
  readonly prompt: string;
  readonly system?: string;
  readonly outputTokensMax?: number;
  /** PNG in base64. */
  readonly image?: string;
  readonly tools?: readonly ToolDefinition[];
  /** The answer has to satisfy this schema. */
  readonly schema?: JsonSchema;
  /** Called for each piece of text while it streams. */
  readonly onText?: (piece: string) => void;
  /** The conversation goes on behind this answer, with what its calls came to. */
  readonly after?: { readonly reading: Reading; readonly results: readonly string[] };
}

export type JsonSchema = Readonly<Record<string, unknown>> & { readonly type: 'object' };

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
}

/** What an application reads of an answer in its SDK's objects. */
export interface Reading {
  /** Refusals too. */
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly args: unknown }[];
  readonly stop: 'stop' | 'tool' | 'length' | 'filter' | 'other';
  readonly usage: ReadUsage | null;
  /** Times that the SDK told the application of new text; 0 when it did not stream. */
  readonly textDeltas: number;
  /** Pieces of arguments that the SDK handed out while they came; 0 when it did not stream. */
  readonly argumentDeltas: number;
  /** The conversation up to here in the SDK's own messages, the answer last. */
  readonly history: readonly unknown[];
}

/** Totals: `input` holds what was read from and written to the cache, `output` the thoughts. */
export interface ReadUsage {
  readonly input: number;
  readonly cacheRead: number;
  readonly output: number;
}

/** An official SDK, as an application uses it. Rejects with the SDK's own errors. */
export interface SdkClient {
  ask(question: Question): Promise<Reading>;
  /** Names of the models that it lists. */
  models(): Promise<readonly string[]>;
}

export interface ClientOptions {
  /** `http://127.0.0.1:<port>` */
  readonly address: string;
  readonly apiKey: string;
}
