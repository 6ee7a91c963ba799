import { GatewayError, type DialectId } from '@tollgate/contracts';
import type { ReportedUsage } from '@tollgate/dialects';
import { estimateAnswer, estimateRequest, type TokenCounter } from '@tollgate/metering';
import type { ClientRequest } from '../http/client-request.js';
import type { Conclusion } from './metered-request.js';
import type { ModelRequest } from './model-request.js';

/** Counts the tokens of a request in the gateway, for models whose vendors do not: close, and never charged. */
export class LocalTokenCount {
  constructor(private readonly counter: TokenCounter) {}

  /** @throws GatewayError `unsupported_operation` for a dialect that has no such answer */
  async answer(client: ClientRequest, request: ModelRequest): Promise<Conclusion> {
    const { encodeTokenCount } = client.dialect.inbound;
    if (encodeTokenCount === undefined) {
      throw new GatewayError('unsupported_operation', 'Tokens are not counted in this dialect.');
    }
    const { input, audioInput, imageInput } = await estimateRequest(
      request.canonical(undefined),
      this.counter,
    );
    const body = JSON.stringify(encodeTokenCount(input + audioInput + imageInput));
    client.begin(200, 'application/json; charset=utf-8', [
      ...['content-length', String(Buffer.byteLength(body))],
      ...['x-tollgate-warnings', 'approximated:tokens'],
    ]);
    client.end(body);
    return { outcome: 'succeeded', httpStatus: 200, errorCode: null };
  }

  /**
   * What a request used whose vendor counts nothing; `undefined`: it can't be read. Asked when the client has its answer.
   *
   * @param text what the model wrote; `undefined`: only its length is known, `producedTokens`
   * @param dialect what the vendor is spoken to in: media count by its rules
   */
  async usageOf(
    request: ModelRequest,
    dialect: DialectId,
    { text, producedTokens }: { readonly text: string | undefined; readonly producedTokens: number },
  ): Promise<ReportedUsage | undefined> {
    if (request.path.operation !== 'chat') return undefined;
    try {
      const input = await estimateRequest(request.canonical(undefined), this.counter, dialect);
      const answer =
        text === undefined ? { output: producedTokens } : await estimateAnswer(text, this.counter);
      return { ...input, ...answer };
    } catch (error) {
      // Only translations read whole requests: one that passed may be more than this version understands.
      if (error instanceof GatewayError) return undefined;
      throw error;
    }
  }
}
