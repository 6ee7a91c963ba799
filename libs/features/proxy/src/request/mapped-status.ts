import type { GatewayError } from '@tollgate/contracts';
import type { UpstreamHandler, UpstreamHeaders } from '@tollgate/providers';

/** Takes a vendor's error statuses for others, before anybody decides what they mean. */
export class MappedStatus implements UpstreamHandler {
  constructor(
    private readonly handler: UpstreamHandler,
    private readonly statusMap: ReadonlyMap<number, number>,
  ) {}

  response(status: number, headers: UpstreamHeaders): void {
    this.handler.response(this.statusMap.get(status) ?? status, headers);
  }

  data(chunk: Buffer): void {
    this.handler.data(chunk);
  }

  end(): void {
    this.handler.end();
  }

  error(error: GatewayError): void {
    this.handler.error(error);
  }
}

/** The handler itself where no status is mapped. */
export function mappedStatus(
  handler: UpstreamHandler,
  statusMap: ReadonlyMap<number, number> | undefined,
): UpstreamHandler {
  return statusMap === undefined ? handler : new MappedStatus(handler, statusMap);
}
