import { GatewayError, type Clock } from '@tollgate/contracts';
import {
  SHARE_SILENT_PART,
  SHARE_TURN_MS,
  type Share,
  type ShareStatement,
  type ShareStore,
} from '../src/limits/share-store.js';

interface Entry {
  readonly holder: string;
  readonly granted: number;
  readonly needs: number;
  readonly statedAt: number;
  readonly left: boolean;
  readonly lapseMs: number;
  /** When its last turn began. */
  readonly turn: number;
}

type Claim = Pick<Entry, 'holder' | 'needs' | 'turn'>;

/** Divides caps among processes of one test, by a clock that the test moves. */
export class FakeShareStore implements ShareStore {
  /** It can't be asked. */
  down = false;
  private readonly caps = new Map<string, Map<string, Entry>>();

  constructor(private readonly clock: Clock) {}

  async state(
    holder: string,
    statements: readonly ShareStatement[],
    leaving = false,
  ): Promise<readonly Share[]> {
    if (this.down) throw new GatewayError('admission_unavailable', 'The store cannot be asked.');
    return statements.map((statement) => this.share(holder, statement, leaving));
  }

  loseData(): void {
    this.caps.clear();
  }

  /** The sum of what counts as granted of a cap. */
  granted(key: string): number {
    return sum(this.entries(key).map(({ granted }) => granted));
  }

  private share(holder: string, { key, max, needs, keep, lapseMs }: ShareStatement, left: boolean): Share {
    const now = this.clock.now();
    const entries = this.caps.get(key) ?? new Map<string, Entry>();
    const others = this.entries(key).filter((entry) => entry.holder !== holder);
    const live = others.filter((entry) => !entry.left && isSpeaking(entry, now));
    const outOfReach = sum(others.filter((entry) => !live.includes(entry)).map(({ granted }) => granted));
    const own = { holder, needs, turn: entries.get(holder)?.turn ?? 0 };
    const { entitled, byTurn } = entitlement(own, live, Math.max(0, max - outOfReach), now);
    const free = max - sum(others.map(({ granted }) => granted));
    const granted = left ? keep : Math.max(keep, Math.min(entitled, free));
    const turn = byTurn && granted >= entitled && !isInTurn(own, now) ? now : own.turn;
    entries.set(holder, { holder, granted, needs, statedAt: now, left, lapseMs, turn });
    this.caps.set(key, entries);
    return { granted, entitled };
  }

  private entries(key: string): readonly Entry[] {
    const now = this.clock.now();
    const entries = [...(this.caps.get(key)?.values() ?? [])];
    return entries.filter(({ statedAt, lapseMs }) => now - statedAt <= lapseMs);
  }
}

/** Whoever has need of less than an equal part gets that; the others divide the rest, what is left over by turns. */
function entitlement(own: Claim, others: readonly Claim[], free: number, now: number) {
  const claims = [...others, own].sort((one, other) => one.needs - other.needs);
  const total = sum(claims.map(({ needs }) => needs));
  if (total <= free)
    return { entitled: own.needs + Math.ceil((free - total) / claims.length), byTurn: false };
  let rest = free;
  const first = claims.findIndex(({ needs }, index) => {
    if (needs * (claims.length - index) > rest) return true;
    rest -= needs;
    return false;
  });
  const large = claims.slice(first);
  if (!large.includes(own)) return { entitled: own.needs, byTurn: false };
  const ahead = large.filter((claim) => claim !== own && precedes(claim, own, now)).length;
  const byTurn = ahead < rest % large.length;
  return { entitled: Math.floor(rest / large.length) + (byTurn ? 1 : 0), byTurn };
}

function precedes(one: Claim, other: Claim, now: number): boolean {
  if (isInTurn(one, now) !== isInTurn(other, now)) return isInTurn(one, now);
  return one.turn === other.turn ? one.holder < other.holder : one.turn < other.turn;
}

function isInTurn({ turn }: Claim, now: number): boolean {
  return now - turn < SHARE_TURN_MS;
}

function isSpeaking({ statedAt, lapseMs }: Entry, now: number): boolean {
  return (now - statedAt) * SHARE_SILENT_PART <= lapseMs;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
