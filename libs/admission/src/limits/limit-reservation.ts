import { unitsOf, type Level, type LimitSet } from './limit-store.js';

/** How a request ended, for what was taken for it. */
export interface LimitedEnd {
  /** All its tokens, input and output. */
  readonly tokens: number;
  readonly succeeded: boolean;
}

interface Reserved {
  readonly limits: LimitSet;
  readonly tokens: number;
  readonly id: string;
}

/** What was taken from limits for one request. Ends once: a second end says nothing. */
export class LimitReservation {
  private ended = false;

  constructor(
    readonly request: Reserved,
    /** Of the rates, in their order, with this request. */
    readonly levels: readonly Level[],
    private readonly taken: {
      free(reservation: LimitReservation, amounts: readonly number[]): void;
    },
  ) {}

  /** Puts real counts in the place of estimates, and frees the slots. A request that failed is no success. */
  settle({ tokens, succeeded }: LimitedEnd): void {
    const { limits } = this.request;
    this.end(
      limits.rates.map((rate) => {
        if (rate.measure === 'tokens') return tokens - unitsOf(rate, this.request.tokens);
        return rate.measure === 'successes' && !succeeded ? -1 : 0;
      }),
    );
  }

  /** As if the request had never come: it was refused for another reason. */
  giveBack(): void {
    const { limits, tokens } = this.request;
    this.end(limits.rates.map((rate) => -unitsOf(rate, tokens)));
  }

  private end(amounts: readonly number[]): void {
    if (this.ended) return;
    this.ended = true;
    if (this.request.limits.slots.length === 0 && amounts.every((amount) => amount === 0)) return;
    this.taken.free(this, amounts);
  }
}
