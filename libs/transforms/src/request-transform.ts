import type { ChannelTransforms } from '@tollgate/contracts';
import { compileOverrides } from './compile-overrides.js';
import type { HeaderList } from './header-list.js';
import { isObject } from './json-path.js';
import { RuleError } from './rule-error.js';
import type { Step, TransformContext } from './transform-state.js';

/** What a vendor is sent. */
export interface TransformedRequest {
  readonly body: Buffer;
  readonly headers: HeaderList;
}

/** All that a channel changes of what its vendor is sent: compiled once, applied to each attempt. */
export class RequestTransform {
  private constructor(private readonly steps: readonly Step[]) {}

  /**
   * @returns `undefined`: the channel changes nothing, and bytes pass as they are
   * @throws RuleError with the path of the member that can't be compiled
   */
  static of({ overrides }: ChannelTransforms): RequestTransform | undefined {
    const steps = overrides === undefined ? [] : within('overrides', () => compileOverrides(overrides));
    return steps.length === 0 ? undefined : new RequestTransform(steps);
  }

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

function within<Result>(member: string, compile: () => Result): Result {
  try {
    return compile();
  } catch (error) {
    throw RuleError.at(member, error);
  }
}
