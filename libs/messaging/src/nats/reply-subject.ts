/** What JetStream tells about a delivery in the reply subject of the message. */
export interface DeliveryFacts {
  /** 1 on the first delivery. */
  readonly deliveries: number;
  readonly streamSequence: number;
  /** Counts the deliveries of the consumer, without gaps. */
  readonly consumerSequence: number;
  /** Messages that the consumer has not been given yet. */
  readonly pending: number;
}

/**
 * `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<time>.<pending>`, since 2.9 optionally with
 * domain and account hash before the stream and a token at the end.
 */
export function parseReplySubject(reply: string | undefined): DeliveryFacts | undefined {
  const tokens = reply?.split('.') ?? [];
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK' || tokens.length < 9) return undefined;
  const numbers = tokens.slice(tokens.length === 9 ? 4 : 6).map(Number);
  const [deliveries = 0, streamSequence = 0, consumerSequence = 0, , pending = 0] = numbers;
  return { deliveries, streamSequence, consumerSequence, pending };
}
