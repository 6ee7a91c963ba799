import { GatewayError } from '@tollgate/contracts';
import type {
  CanonicalRequest,
  ClientBody,
  ReasoningRequest,
  RequestEnvelope,
  RequestPath,
} from '@tollgate/dialects';
import type { ClientDialect } from '../http/routes.js';

/** A client's request to a model: its bytes, and what they say in the canonical form once somebody asks. */
export class ModelRequest {
  readonly envelope: RequestEnvelope;
  private readonly body: ClientBody;
  private decoded: CanonicalRequest | undefined;

  /** @throws GatewayError `invalid_json`, `duplicate_field`, `invalid_request` */
  constructor(
    readonly bytes: Buffer,
    readonly path: RequestPath,
    private readonly dialect: ClientDialect,
  ) {
    this.body = dialect.inbound.readRequest(bytes, path);
    this.envelope = this.body.envelope;
  }

  /** The bytes can't pass: they hold state of a vendor of another dialect. */
  get foreignState(): boolean {
    return this.body.foreignState;
  }

  /** Members that a vendor only gets where its channel allows them. */
  get guarded(): ClientBody['guarded'] {
    return this.body.guarded;
  }

  /** The body for a vendor of the same dialect. */
  encode(patch: Parameters<ClientBody['encode']>[0]): Buffer {
    return this.body.encode(patch);
  }

  /** @throws GatewayError `invalid_request`, `unsupported_feature` */
  canonical(reasoning: ReasoningRequest | undefined): CanonicalRequest {
    const request = (this.decoded ??= this.dialect.inbound.decodeRequest(this.parsed, this.path));
    return reasoning === undefined
      ? request
      : { ...request, reasoning: { ...request.reasoning, ...reasoning } };
  }

  /** The body as JSON, for requests that do not generate. */
  get parsed(): unknown {
    try {
      return JSON.parse(this.bytes.toString('utf8')) as unknown;
    } catch (cause) {
      throw new GatewayError('invalid_json', 'The body is not valid JSON.', { cause });
    }
  }
}
