import type { MutableObject } from './json-path.js';

/** What conditions can ask of a request besides its body. */
export interface TransformContext {
  /** As the client named it. */
  readonly model: string;
  /** As the vendor is asked for it. */
  readonly upstreamModel: string;
  /** Attempts before this one. */
  readonly retries: number;
  readonly stream: boolean;
  /** The client's own headers, by names in small letters. */
  readonly client: { header(name: string): string | undefined };
}

/** One request on its way through the steps. */
export interface TransformState {
  readonly body: MutableObject;
  /** Names in small letters and values, one after the other. */
  headers: string[];
  readonly context: TransformContext;
}

/** One step, compiled. @throws GatewayError when it refuses the request */
export type Step = (state: TransformState) => void;
