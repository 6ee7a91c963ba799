import type { HeaderList } from './header-list.js';
import { isObject } from './json-path.js';
import type { Step, TransformContext } from './transform-state.js';

/** What a vendor is sent. */
export interface TransformedRequest {
  readonly body: Buffer;
  readonly headers: HeaderList;
}

/** All that a channel changes of the requests of one kind, compiled. */
export class RequestTransform {
  constructor(private readonly steps: readonly Step[]) {}

  /** @throws GatewayError `refused_by_rule`, `unsupported_feature` for a text that no rule can be applied to */
  apply({ body, headers }: TransformedRequest, context: TransformContext): TransformedRequest {
    const value: unknown = JSON.parse(body.toString('utf8'));
    // What a client or a dialect wrote is an object: anything else was refused.
    if (!isObject(value)) return { body, headers };
    const state = { body: value, headers: [...headers], context };
    for (const step of this.steps) step(state);
    return { body: Buffer.from(JSON.stringify(value)), headers: state.headers };
  }
}
