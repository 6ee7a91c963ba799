/** Turns a vendor's framing into server-sent events. */
export interface StreamReframer {
  /** Media type of what it turns. */
  readonly contentType: string;
  /**
   * Events that are complete by now; possibly none.
   *
   * @throws GatewayError `upstream_invalid_response`
   */
  push(chunk: Buffer): Buffer;
  /** @throws GatewayError `upstream_cut` when the stream ended within an event */
  end(): void;
}
