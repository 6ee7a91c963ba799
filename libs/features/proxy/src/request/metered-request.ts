import type {
  ClientDialectId,
  NanoUsd,
  Operation,
  RequestOutcome,
  UsageQuantities,
  UsageSource,
} from '@tollgate/contracts';
import { ZERO_USAGE } from '@tollgate/contracts';
import type { Hold, LimitReservation } from '@tollgate/admission';
import type { ReportedUsage, RequestEnvelope } from '@tollgate/dialects';
import {
  checkUsage,
  estimateUsage,
  type Journal,
  type JournalEnd,
  type JournalStart,
  type StartedRequest,
} from '@tollgate/metering';
import { rateTotal } from '@tollgate/pricing';
import type { RoutableChannel, ChannelModel } from '../configuration/routable-channel.js';
import type { ModelPrice } from '../configuration/snapshot.js';
import type { ClientRequest } from '../http/client-request.js';
import type { Identity } from '../identity/identities.js';
import { interruptedEstimate } from './interrupted-estimate.js';
import { recordedWarnings } from './recorded-warnings.js';
import type { RelayResult } from './relay-result.js';
import type { UsualUsage } from './usual-usage.js';

/** Bytes of text that make a token, on average. */
const BYTES_PER_TOKEN = 4;

export interface MeteredRequestInput {
  readonly client: ClientRequest;
  readonly operation: Operation;
  readonly identity: Identity;
  readonly envelope: RequestEnvelope;
  readonly bodyBytes: number;
  /** Of the model that the client named. */
  readonly usual: UsualUsage;
  /** `null`: unpriced, served for nothing. */
  readonly price: ModelPrice | null;
  readonly hold: Hold | null;
  /** What was taken from rate and concurrency limits. */
  readonly reservation: LimitReservation | null;
  /** What reached the client is paid for, though the vendor broke off or our time limit ended it. */
  readonly chargesCutStreams: boolean;
  /** Milliseconds since the epoch. */
  readonly occurredAt: number;
  /** The injected clock's monotonic time. */
  readonly startedAt: number;
}

/** What the request came to; told once. */
export interface Conclusion {
  readonly outcome: RequestOutcome;
  readonly httpStatus: number;
  readonly errorCode: string | null;
}

interface Measured {
  readonly usage: UsageQuantities;
  readonly source: UsageSource;
  readonly findings: readonly string[];
}

const NOTHING: Measured = { usage: ZERO_USAGE, source: 'none', findings: [] };

/**
 * An admitted request on the books: its start is in the journal before the vendor is asked, its end is written exactly
 * once, and its hold is settled exactly once, whatever ends it.
 */
export class MeteredRequest {
  attempts = 0;
  /** What a translation could not say as it was written, as labels. */
  warnings: readonly string[] = [];
  private channel: RoutableChannel | null = null;
  /** Of the model that is asked now. */
  private price: ModelPrice | null;
  private channelModel: ChannelModel | null = null;
  private firstByteAt: number | null = null;
  private measured: Measured = NOTHING;
  /** What a vendor is taken to charge for an answer that the organisation does not pay for. */
  private costUncharged: NanoUsd = 0n;
  private concluded = false;

  private started: StartedRequest | undefined;

  constructor(
    private readonly input: MeteredRequestInput,
    private readonly journal: Journal,
  ) {
    this.price = input.price;
  }

  /** What the journal is to hold before a vendor is asked. */
  startEntry(): JournalStart {
    const { input } = this;
    const { client, identity, envelope, price, hold } = input;
    const { apiKey, organization } = identity;
    return {
      id: client.id,
      occurredAt: input.occurredAt,
      organization,
      apiKey,
      group: organization.group,
      operation: input.operation,
      // A client's dialect has an inbound half: its id is one of those.
      dialect: client.dialect.id as ClientDialectId,
      streamed: envelope.streamed,
      model: envelope.model,
      priceCard: cardOf(price),
      leaseId: hold?.leaseId ?? null,
      budgetLeases: hold?.budgetLeases,
      estimate: interruptedEstimate(input),
    };
  }

  /** The journal holds its start: it is on the books. */
  begun(started: StartedRequest): void {
    this.started = started;
  }

  /** Its end is still to be written. */
  get open(): boolean {
    return this.started !== undefined && !this.concluded;
  }

  /** The journal took no start: nothing of it happened. */
  refused(): void {
    if (this.started === undefined) this.input.hold?.settle(0n);
  }

  /** `warnings`: what of the request can't be said in the vendor's dialect. */
  attempt(channel: RoutableChannel, model: ChannelModel, warnings: readonly string[]): void {
    this.attempts += 1;
    this.answeredBy(channel, model, warnings);
  }

  /** Of the attempts that were under way this one counts. */
  answeredBy(channel: RoutableChannel, model: ChannelModel, warnings: readonly string[]): void {
    this.warnings = warnings;
    this.channel = channel;
    this.channelModel = model;
  }

  /** Another model takes over: what it answers is charged by its own price. */
  chargeBy(price: ModelPrice | null): void {
    this.price = price;
  }

  firstByte(monotonic: number): void {
    this.firstByteAt = monotonic;
  }

  /**
   * What the last attempt used; one that failed before its first byte uses nothing, and neither does counting tokens.
   *
   * @param counted by the gateway, where the vendor counts nothing
   */
  measure(result: RelayResult, counted?: ReportedUsage): void {
    if (result.kind === 'answered') {
      if (result.warnings.length > 0) this.warnings = [...new Set([...this.warnings, ...result.warnings])];
      if (this.input.operation === 'count-tokens') return;
      this.measured = this.measureOutput(result, 'estimated', counted);
      // Another model's answer says nothing of this one.
      if (this.measured.source === 'vendor' && this.price === this.input.price)
        this.input.usual.observe(this.measured.usage, this.input);
    } else if (brokeOff(result) && result.producedTokens > 0) {
      const whole = result.kind === 'abandoned' && result.whole;
      const measured = this.measureOutput(result, whole ? 'estimated' : 'partial', counted);
      if (result.kind === 'broken' && !this.input.chargesCutStreams) {
        this.costUncharged = this.vendorCost(measured);
      } else this.measured = measured;
    }
  }

  /** Writes the end. `charge` is what the hold was settled with. */
  conclude(conclusion: Conclusion, endedAt: number): { readonly charge: NanoUsd } {
    const { started } = this;
    if (started === undefined || this.concluded)
      throw new Error(`request ${this.input.client.id} is not open, and was concluded`);
    this.concluded = true;
    const charge = this.charge(this.measured);
    try {
      this.journal.end(started, this.endEntry(started.entry, { conclusion, charge, endedAt }));
    } finally {
      this.input.hold?.settle(charge);
      const succeeded = conclusion.outcome === 'succeeded';
      this.input.reservation?.settle({ tokens: tokensOf(this.measured.usage), succeeded });
    }
    return { charge };
  }

  /** As the client named it. */
  get model(): string {
    return this.input.envelope.model;
  }

  private measureOutput(
    result: Extract<RelayResult, { kind: 'answered' | 'abandoned' | 'broken' }>,
    source: UsageSource,
    counted?: ReportedUsage,
  ): Measured {
    const { usage: reported } = result;
    // A guess by bytes may be above what the client allowed, and held money for.
    const outputTokensMax = this.input.envelope.outputTokensMax ?? Infinity;
    const producedTokens = Math.min(result.producedTokens, outputTokensMax);
    if (reported !== undefined) {
      const { usage, findings } = checkUsage(reported);
      // In the middle of a stream vendors have counted its beginning, if anything.
      const missing = source === 'partial' ? producedTokens - outputOf(usage) : 0;
      if (missing <= 0) return { usage, source: 'vendor', findings };
      return { usage: { ...usage, output: usage.output + missing }, source, findings };
    }
    const usage = counted === undefined ? this.estimate(producedTokens) : checkUsage(counted).usage;
    return {
      usage: { ...usage, output: Math.min(usage.output, outputTokensMax) },
      source,
      findings: source === 'estimated' ? ['usage_missing'] : [],
    };
  }

  private estimate(outputTokens: number): UsageQuantities {
    const { bodyBytes, operation } = this.input;
    return estimateUsage({
      inputBytes: bodyBytes,
      outputBytes: operation === 'embeddings' ? 0 : outputTokens * BYTES_PER_TOKEN,
    });
  }

  private charge({ usage, source }: Measured): NanoUsd {
    const { price } = this;
    return price === null || source === 'none' ? 0n : rateTotal(usage, price.sheet);
  }

  private vendorCost({ usage, source }: Measured): NanoUsd {
    const cost = this.channelModel?.cost;
    return cost === undefined || cost === null || source === 'none' ? 0n : rateTotal(usage, cost);
  }

  private endEntry(
    start: JournalStart,
    { conclusion, charge, endedAt }: { conclusion: Conclusion; charge: NanoUsd; endedAt: number },
  ): JournalEnd {
    const { startedAt } = this.input;
    const { channel, measured } = this;
    return {
      ...start,
      priceCard: this.price === this.input.price ? start.priceCard : cardOf(this.price),
      durationMs: toMicrosecond(endedAt - startedAt),
      firstByteMs: this.firstByteAt === null ? null : toMicrosecond(this.firstByteAt - startedAt),
      upstreamModel: this.channelModel?.upstream ?? null,
      provider: channel?.provider.id ?? null,
      channel,
      attempts: this.attempts,
      outcome: conclusion.outcome,
      httpStatus: conclusion.httpStatus,
      errorCode: conclusion.errorCode,
      usage: measured.usage,
      usageSource: measured.source,
      charge: charge.toString(),
      vendorCost: (this.vendorCost(measured) + this.costUncharged).toString(),
      findings: measured.findings,
      warnings: recordedWarnings(this.warnings),
    };
  }
}

/** Milliseconds without the noise behind the microsecond. */
function toMicrosecond(milliseconds: number): number {
  return Math.round(milliseconds * 1_000) / 1_000;
}

function brokeOff(result: RelayResult): result is Extract<RelayResult, { kind: 'abandoned' | 'broken' }> {
  return result.kind === 'abandoned' || result.kind === 'broken';
}

function outputOf({ output, reasoning, audioOutput }: UsageQuantities): number {
  return output + reasoning + audioOutput;
}

function tokensOf(usage: UsageQuantities): number {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, audioInput, imageInput } = usage;
  return input + cacheRead + cacheWrite5m + cacheWrite1h + audioInput + imageInput + outputOf(usage);
}

function cardOf(price: ModelPrice | null): JournalStart['priceCard'] {
  return price === null ? null : { id: price.id, version: price.version };
}
