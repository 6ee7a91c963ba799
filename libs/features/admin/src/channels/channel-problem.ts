/** Something wrong with a channel; `field` is a path inside it. */
export interface ChannelProblem {
  readonly field: string;
  readonly message: string;
}
