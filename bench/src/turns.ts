/**
 * Who is measured after whom in a round: another one is first in each, and every other round goes backwards. Whoever is
 * measured behind a gateway that leaves the machine something to do (pages to write, caches full of its own) must not be
 * so in each round.
 */
export function inTurn<Item>(items: readonly Item[], round: number): Item[] {
  const start = Math.floor(round / 2) % items.length;
  const turned = [...items.slice(start), ...items.slice(0, start)];
  return round % 2 === 0 ? turned : turned.reverse();
}
