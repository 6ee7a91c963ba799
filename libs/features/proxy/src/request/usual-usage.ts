import { ZERO_USAGE, type Operation, type UsageQuantities } from '@tollgate/contracts';
import type { RequestEnvelope } from '@tollgate/dialects';

/** What a request shows of its size before anybody has answered it. */
export interface RequestSize {
  readonly operation: Operation;
  readonly envelope: Pick<RequestEnvelope, 'inputTokensMax' | 'outputTokensMax' | 'storedInput'>;
  readonly bodyBytes: number;
}

/** Of prose, code and JSON with the vocabularies of current models; until the model's vendor has counted. */
const TOKENS_PER_BYTE = 1 / 4;
const INPUT_TOKENS = 1_000;
/** Never more than is held at least for an answer without a limit. */
const OUTPUT_TOKENS = 256;
/** So many answers weigh as much as the assumption at the start. */
const WEIGHT_FIRST = 4;
/** Then the average moves with what is asked for lately. */
const WEIGHT_MAX = 64;
const MODELS_MAX = 10_000;

/**
 * What requests to one model usually use, as its vendor counted it: moving averages. It is the guess for a request whose end
 * nobody saw because its process was killed. Costs a few additions a request.
 */
export class UsualUsage {
  private weight = WEIGHT_FIRST;
  private inputPerByte = TOKENS_PER_BYTE;
  private cachedPerByte = 0;
  private input = INPUT_TOKENS;
  private output = OUTPUT_TOKENS;
  private reasoning = 0;

  /** A whole answer. Media and stored conversations say nothing of how many tokens a byte has. */
  observe(usage: UsageQuantities, { envelope, bodyBytes }: RequestSize): void {
    const { cacheRead } = usage;
    const input = usage.input + usage.cacheWrite5m + usage.cacheWrite1h;
    if (this.weight < WEIGHT_MAX) this.weight += 1;
    this.output += (usage.output - this.output) / this.weight;
    this.reasoning += (usage.reasoning - this.reasoning) / this.weight;
    if (envelope.storedInput || envelope.inputTokensMax > bodyBytes || bodyBytes === 0) return;
    this.input += (input + cacheRead - this.input) / this.weight;
    this.inputPerByte += (input / bodyBytes - this.inputPerByte) / this.weight;
    this.cachedPerByte += (cacheRead / bodyBytes - this.cachedPerByte) / this.weight;
  }

  /** The best guess for a request that was sent and whose answer nobody saw; never above the limits that it names. */
  expect({ operation, envelope, bodyBytes }: RequestSize): UsageQuantities {
    if (operation === 'count-tokens') return ZERO_USAGE;
    const answers = operation !== 'embeddings';
    const outputTokensMax = answers ? (envelope.outputTokensMax ?? Infinity) : 0;
    const reasoning = Math.min(Math.round(this.reasoning), outputTokensMax);
    const output = Math.min(Math.round(this.output), outputTokensMax - reasoning);
    return { ...this.expectInput(envelope, bodyBytes), output, reasoning };
  }

  private expectInput(
    { inputTokensMax, storedInput }: RequestSize['envelope'],
    bodyBytes: number,
  ): UsageQuantities {
    const cacheRead = Math.round(bodyBytes * this.cachedPerByte);
    const text = Math.round(bodyBytes * this.inputPerByte);
    // What lies at the vendor is not in the body, and the bytes of a picture are no text.
    if (storedInput) return { ...ZERO_USAGE, cacheRead, input: Math.max(text, Math.round(this.input)) };
    const media = Math.max(0, inputTokensMax - bodyBytes);
    if (media === 0) return { ...ZERO_USAGE, cacheRead, input: text };
    return { ...ZERO_USAGE, input: Math.min(text + cacheRead, media + Math.round(this.input)) };
  }
}

/** By model, as clients name it; only models that exist get here. */
export class UsualUsages {
  private readonly byModel = new Map<string, UsualUsage>();

  of(model: string): UsualUsage {
    let usual = this.byModel.get(model);
    if (usual === undefined) {
      usual = new UsualUsage();
      if (this.byModel.size < MODELS_MAX) this.byModel.set(model, usual);
    }
    return usual;
  }
}
