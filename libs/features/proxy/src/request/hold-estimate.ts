import type { Hold } from '@tollgate/admission';
import type { ModelDocument, NanoUsd } from '@tollgate/contracts';
import type { RequestEnvelope } from '@tollgate/dialects';
import { upperBound, type CompiledSheet } from '@tollgate/pricing';
import type { ModelPrice } from '../configuration/snapshot.js';
import type { Authorized } from './authorization.js';
import { priceOfStage } from './itinerary-walk.js';

/** Output tokens that are held for when neither the request nor the model's catalogue entry sets a limit. */
const OUTPUT_TOKENS_DEFAULT = 8_192;
/** The context of a model whose catalogue entry does not say: today's large ones hold so much. */
const CONTEXT_TOKENS_DEFAULT = 200_000;
/** With a short balance, an answer without a limit is held for (and limited to) at least so many tokens. */
export const OUTPUT_TOKENS_SHORT = 256;

export interface HoldEstimate {
  /** What is held when the balance is ample: no answer within the known limits costs more. */
  readonly amountFull: NanoUsd;
  /** What is held at least. Below `amountFull` only when the client set no limit: then the gateway sets one. */
  readonly amountMin: NanoUsd;
}

/** What the catalogue knows of a model's limits. */
type ModelLimits = Pick<ModelDocument, 'contextTokensMax' | 'outputTokensMax'> | undefined;

/** How much money to set aside for a request before the vendor is asked. */
function estimateHold(envelope: RequestEnvelope, sheet: CompiledSheet, model: ModelLimits): HoldEstimate {
  const { outputTokensMax, choices } = envelope;
  const inputTokensMax = inputBound(envelope, model);
  const price = (outputTokens: number): NanoUsd =>
    upperBound({ inputTokensMax, outputTokensMax: outputTokens }, sheet);
  if (outputTokensMax !== null) {
    const amount = price(outputTokensMax);
    return { amountFull: amount, amountMin: amount };
  }
  const full = model?.outputTokensMax ?? OUTPUT_TOKENS_DEFAULT;
  return {
    amountFull: price(full * choices),
    amountMin: price(Math.min(full, OUTPUT_TOKENS_SHORT) * choices),
  };
}

/** Of a conversation that lies at the vendor, only the model's context bounds the length. */
function inputBound({ inputTokensMax, storedInput }: RequestEnvelope, model: ModelLimits): number {
  return storedInput
    ? Math.max(inputTokensMax, model?.contextTokensMax ?? CONTEXT_TOKENS_DEFAULT)
    : inputTokensMax;
}

/**
 * The most output tokens a choice that the hold covers, for a hold below the full estimate: the vendor is asked to stop
 * there, so that the answer can't cost more than what was set aside.
 */
function affordableOutputTokens(
  held: NanoUsd,
  envelope: RequestEnvelope,
  { sheet, model }: { readonly sheet: CompiledSheet; readonly model: ModelLimits },
): number {
  const inputTokensMax = inputBound(envelope, model);
  const inputPart = upperBound({ inputTokensMax, outputTokensMax: 0 }, sheet);
  const million = upperBound({ inputTokensMax: 0, outputTokensMax: 1_000_000 }, sheet) - sheet.perCall;
  if (million <= 0n) return OUTPUT_TOKENS_DEFAULT;
  return Math.max(1, Number(((held - inputPart) * 1_000_000n) / million / BigInt(envelope.choices)));
}

/** What to set aside: enough for the dearest of the models that may answer. `null`: nothing costs anything. */
export function dearestHold(
  envelope: RequestEnvelope,
  authorized: Authorized,
  now: number,
): HoldEstimate | null {
  const { itinerary, snapshot, price, model } = authorized;
  let most = price === null ? null : estimateHold(envelope, price.sheet, snapshot.modelOf(model));
  if (itinerary.stages.length === 1) return most;
  for (const stage of itinerary.stages) {
    if (stage.model === model) continue;
    const other = priceOfStage(stage, authorized, now);
    if (other === undefined || other === null) continue;
    const estimate = estimateHold(envelope, other.sheet, snapshot.modelOf(stage.model));
    if (most === null || estimate.amountFull > most.amountFull) most = estimate;
  }
  return most;
}

/** A hold below the full estimate covers only so many output tokens: the vendor is asked to stop there. */
export function outputLimit(
  envelope: RequestEnvelope,
  hold: Hold,
  { price, model }: { readonly price: ModelPrice | null; readonly model: ModelDocument | undefined },
): number | undefined {
  if (price === null || envelope.outputTokensMax !== null) return undefined;
  if (hold.amount >= estimateHold(envelope, price.sheet, model).amountFull) return undefined;
  return affordableOutputTokens(hold.amount, envelope, { sheet: price.sheet, model });
}
