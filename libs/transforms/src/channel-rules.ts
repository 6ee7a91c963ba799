import type { ChannelTransforms, DialectId, Operation } from '@tollgate/contracts';
import { compileOverrides } from './compile-overrides.js';
import { RequestTransform } from './request-transform.js';
import { RuleError } from './rule-error.js';
import { systemPromptStep } from './system-prompt.js';
import type { Step } from './transform-state.js';

/** Requests that are changed alike. */
export interface RequestKind {
  /** What the vendor is spoken to in. */
  readonly dialect: DialectId;
  readonly operation: Operation;
}

type Kept = Pick<ChannelTransforms, 'systemPrompt' | 'disableStore' | 'passThroughBody'>;

/** All that a channel changes of the bodies that its vendor gets: compiled once, when the channel is written or read. */
export class ChannelRules {
  /** Of most channels, which share them. */
  private static readonly NONE = new ChannelRules({}, []);

  private constructor(
    private readonly transforms: Kept,
    private readonly overrides: readonly Step[],
  ) {}

  /**
   * Keeps nothing else of what it is given, which may be a whole channel's document.
   *
   * @throws RuleError with the path of the member that can't be compiled
   */
  static of({
    overrides,
    systemPrompt,
    disableStore,
    passThroughBody,
  }: Kept & Pick<ChannelTransforms, 'overrides'>): ChannelRules {
    if (!overrides && !systemPrompt && !disableStore && !passThroughBody) return ChannelRules.NONE;
    try {
      return new ChannelRules(
        { systemPrompt, disableStore, passThroughBody },
        compileOverrides(overrides ?? []),
      );
    } catch (error) {
      throw RuleError.at('overrides', error);
    }
  }

  /** @returns `undefined`: nothing is changed, and bytes pass as they are */
  transformFor(kind: RequestKind): RequestTransform | undefined {
    const { systemPrompt, disableStore, passThroughBody } = this.transforms;
    if (passThroughBody === true) return undefined;
    const prompt = systemPrompt ? systemPromptStep(systemPrompt, kind) : undefined;
    const store = disableStore === true ? DISABLE_STORE[kind.dialect] : undefined;
    // The operator's own steps come last: they see what the others made.
    const steps = [prompt, store, ...this.overrides].filter((step) => step !== undefined);
    return steps.length === 0 ? undefined : new RequestTransform(steps);
  }
}

/** Responses are kept unless the vendor is told not to; completions only when it is told to. */
const DISABLE_STORE: { readonly [Dialect in DialectId]?: Step } = {
  'openai-responses': ({ body }) => {
    body['store'] = false;
  },
  'openai-chat': ({ body }) => {
    if ('store' in body) body['store'] = false;
  },
};
