/** From 0 (included) to 1 (excluded); injected, so that a plan can be replayed. */
export type Random = () => number;
