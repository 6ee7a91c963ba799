import { checkUsage } from '@tollgate/metering';
import { rateTotal } from '@tollgate/pricing';
import type { ClientRequest, CloseListener } from '../http/client-request.js';
import type { ProxyMetrics } from '../observation/proxy-metrics.js';
import { channelModel, type Attempt, type Attempts } from './attempts.js';
import type { AnswerSink } from './drains.js';
import type { MeteredRequest } from './metered-request.js';
import type { PreparedAttempt } from './prepare-attempt.js';
import type { RelayResult } from './relay-result.js';
import { Relay, type RelayClient } from './relay.js';

/** A channel, and what it is sent. */
export interface Asked {
  readonly attempt: Attempt;
  readonly prepared: PreparedAttempt;
}

/** Of several that were asked, the one that counts, and how it ended. */
export interface Answered extends Asked {
  readonly result: RelayResult;
}

export interface HedgedAttemptInput {
  readonly client: ClientRequest;
  readonly metered: MeteredRequest;
  readonly first: Asked;
  readonly afterMs: number;
  /** Asked once, when it is time; `undefined`: nobody else may be asked. */
  readonly second: () => Promise<Asked | undefined>;
}

/**
 * Asks one channel, and a second one when that has not begun to answer in time. The first of them that has an answer, or
 * the vendor's own words of refusal, goes to the client; the other is cancelled at once. A failure counts only when nobody
 * else is being asked. Whoever counts is the one that the request is measured and charged by.
 */
export class HedgedAttempt implements CloseListener {
  private readonly lanes: Lane[] = [];
  private winner: Lane | undefined;
  private preparing = false;
  private settled = false;
  private timer: NodeJS.Timeout | undefined;
  private resolve: (answered: Answered) => void = () => undefined;
  private reject: (error: unknown) => void = () => undefined;

  constructor(
    private readonly attempts: Attempts,
    private readonly metrics: ProxyMetrics,
    private readonly input: HedgedAttemptInput,
  ) {}

  /** Rejects for faults of our own only. */
  run(): Promise<Answered> {
    const { client, first, afterMs } = this.input;
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      client.closeListener = this;
      this.timer = setTimeout(() => void this.hedge(), afterMs);
      this.start(first);
    });
  }

  /** One of them may still be let finish. */
  clientClosed(): void {
    clearTimeout(this.timer);
    const kept = this.winner ?? this.lanes.find(({ result }) => result === undefined);
    for (const lane of this.lanes) if (lane !== kept) lane.cancel();
    kept?.closeListener?.clientClosed();
  }

  /** The lane has words for the client: the others have lost. */
  claim(lane: Lane): void {
    if (this.winner !== undefined) return;
    this.winner = lane;
    clearTimeout(this.timer);
    for (const other of this.lanes) if (other !== lane) other.cancel();
  }

  private start(asked: Asked): void {
    const { client, metered } = this.input;
    const lane = new Lane(this, asked, client);
    this.lanes.push(lane);
    this.attempts.run(lane, metered, asked.attempt, asked.prepared).then(
      (result) => this.ended(lane, result),
      (error: unknown) => this.broke(error),
    );
  }

  private async hedge(): Promise<void> {
    const [first] = this.lanes;
    if (first === undefined || first.begun || first.result !== undefined) return;
    this.preparing = true;
    try {
      const second = await this.input.second();
      this.preparing = false;
      if (this.settled) return;
      if (second !== undefined && !first.begun && this.mayStart(second)) this.start(second);
      else if (first.result !== undefined) this.settle(first, first.result);
    } catch (error) {
      this.broke(error);
    }
  }

  private mayStart({ attempt, prepared }: Asked): boolean {
    return !this.input.client.closed && this.attempts.withRoom(attempt.channel, prepared) === prepared;
  }

  private ended(lane: Lane, result: RelayResult): void {
    lane.result = result;
    if (lane.lost || this.settled) return;
    const others = this.preparing || this.lanes.some((other) => other.result === undefined);
    if (result.kind !== 'failed') this.settle(lane, result);
    else if (!others) this.settleFailure(lane, result);
  }

  /** What a vendor said of the request itself says more than any failure. */
  private settleFailure(last: Lane, result: RelayResult): void {
    for (const lane of this.lanes) {
      if (lane.result?.kind !== 'failed' || lane.result.refusal === undefined) continue;
      this.settle(lane, lane.result);
      return;
    }
    this.settle(last, result);
  }

  private settle(lane: Lane, result: RelayResult): void {
    const { metered } = this.input;
    this.end();
    const { attempt, prepared } = lane.asked;
    metered.answeredBy(
      attempt.channel,
      channelModel(attempt.channel, attempt.model),
      prepared.passage.warnings,
    );
    for (const other of this.lanes) if (other.lost) this.countLost(other, result);
    this.resolve({ attempt, prepared, result });
  }

  /** What a vendor charges for an answer that was not waited for, nobody tells: about as much as for the one that was. */
  private countLost({ asked: { attempt } }: Lane, result: RelayResult): void {
    const { channel, model } = attempt;
    const { cost } = channelModel(channel, model);
    const usage = 'usage' in result ? result.usage : undefined;
    const charged = cost === null || usage === undefined ? 0n : rateTotal(checkUsage(usage).usage, cost);
    this.metrics.hedgeLost(channel.name, charged);
  }

  private broke(error: unknown): void {
    if (this.settled) return;
    this.end();
    for (const lane of this.lanes) lane.cancel();
    this.reject(error);
  }

  private end(): void {
    this.settled = true;
    this.input.client.closeListener = undefined;
    clearTimeout(this.timer);
  }
}

/** One attempt's way to the client, which is its own once it has words for it. */
class Lane implements RelayClient, AnswerSink {
  /** The relay of the attempt, as long as it is under way. */
  closeListener: CloseListener | undefined;
  /** It was cancelled. */
  lost = false;
  result: RelayResult | undefined;

  constructor(
    private readonly race: HedgedAttempt,
    readonly asked: Asked,
    private readonly client: ClientRequest,
  ) {}

  get begun(): boolean {
    return this.closeListener instanceof Relay && this.closeListener.begun;
  }

  cancel(): void {
    if (!(this.closeListener instanceof Relay)) return;
    this.lost = true;
    this.closeListener.cancel();
  }

  get closed(): boolean {
    return this.client.closed;
  }
  /** Nothing that reached the client is another lane's: those have ended by then. */
  get answered(): boolean {
    return this.client.answered;
  }

  begin(...head: Parameters<AnswerSink['begin']>): void {
    this.race.claim(this);
    this.client.begin(...head);
  }
  refuse(...refusal: Parameters<AnswerSink['refuse']>): void {
    this.race.claim(this);
    this.client.refuse(...refusal);
  }
  write(bytes: Buffer): boolean {
    return this.client.write(bytes);
  }
  onDrain(listener: () => void): void {
    this.client.onDrain(listener);
  }
  end(bytes?: Buffer | string): void {
    this.client.end(bytes);
  }
  endWithTurn(bytes: Buffer): void {
    this.client.endWithTurn(bytes);
  }
  destroy(): void {
    this.client.destroy();
  }
}
