import type {
  EncodedError,
  EncodedRequest,
  ReportedUsage,
  VendorError,
  VendorDialect,
} from '@tollgate/dialects';
import { warningLabel } from '@tollgate/dialects';
import type { GatewayError } from '@tollgate/contracts';
import type { ClientDialect } from '../http/routes.js';
import { countedUsage } from './counted-usage.js';
import type { Passage, StreamPassage, WholeAnswer } from './passage.js';
import { parseAnswer } from './passing.js';

export interface ConvertedOptions {
  readonly client: ClientDialect;
  readonly vendor: VendorDialect;
  readonly requestId: string;
  readonly encoded: EncodedRequest;
  /** The vendor's answer as the client reads it. */
  readonly convert: (answer: unknown) => {
    readonly answer: unknown;
    readonly usage: ReportedUsage | undefined;
  };
}

/** Requests that are answered in one piece and generate nothing: embeddings and counts of tokens. */
export class ConvertedPassage implements Passage {
  readonly piecemeal = false;
  readonly body: Buffer;
  readonly warnings: readonly string[];

  constructor(private readonly options: ConvertedOptions) {
    this.body = Buffer.from(JSON.stringify(options.encoded.body));
    this.warnings = options.encoded.warnings.map(warningLabel);
  }

  readTail(): undefined {
    return undefined;
  }

  readWhole(bytes: Buffer): WholeAnswer {
    const { answer, usage } = this.options.convert(parseAnswer(bytes));
    return {
      body: Buffer.from(JSON.stringify(answer)),
      contentType: 'application/json; charset=utf-8',
      usage: countedUsage(usage),
      text: '',
      responseId: null,
      warnings: [],
    };
  }

  openStream(): StreamPassage {
    throw new Error('only generated answers are streamed');
  }

  decodeError(status: number, body: Buffer): VendorError {
    return this.options.vendor.outbound.decodeError(status, body);
  }

  encodeRefusal(error: GatewayError): EncodedError {
    return this.options.client.inbound.encodeError(error, this.options.requestId);
  }
}
