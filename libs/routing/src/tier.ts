import type { Candidate, PoolMember } from './candidate.js';
import type { HealthView } from './health-view.js';

/** The members of a pool that have one priority. Built once; a draw costs the same for three members and ten thousand. */
export class Tier<Channel extends Candidate> {
  /** `bounds[i]` is the weight of the members up to and with `i`. */
  private readonly bounds: Float64Array;
  private readonly weight: number;
  private turn = 0;
  private seen: HealthView | undefined;
  private unsoundMembers: readonly PoolMember<Channel>[] = [];

  constructor(readonly members: readonly PoolMember<Channel>[]) {
    let weight = 0;
    this.bounds = Float64Array.from(members, ({ channel }) => (weight += channel.weight));
    this.weight = weight;
  }

  /** One by weight. @param random from 0 to 1 @returns `undefined` when all weights are 0 */
  draw(random: number): PoolMember<Channel> | undefined {
    return this.weight === 0 ? undefined : this.members[this.indexAt(random * this.weight)];
  }

  /** Where the next turn begins: members in their order, each as often in a row as it weighs. */
  nextTurn(): number {
    const point = this.turn;
    this.turn = point + 1 >= this.weight ? 0 : point + 1;
    return this.weight === 0 ? 0 : this.indexAt(point);
  }

  /** The members against which something is said; looked for once for each view. */
  unsound(health: HealthView): readonly PoolMember<Channel>[] {
    if (this.seen !== health) {
      this.unsoundMembers = this.members.filter(({ channel }) => !health.isSound(channel.id));
      this.seen = health;
    }
    return this.unsoundMembers;
  }

  private indexAt(point: number): number {
    let low = 0;
    let high = this.bounds.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.bounds[middle] ?? 0) > point) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
