import { GatewayError, type Operation } from '@tollgate/contracts';
import type { PassThroughRequest, RequestEnvelope, RequestPatch } from '../dialect.js';
import { scanObject, type ScanResult, type ValueRange } from '../json/scan.js';
import { splice, type Patch } from '../json/splice.js';

/**
 * Members of a request that the gateway reads or patches.
 * https://platform.openai.com/docs/api-reference/chat/create
 */
const CHAT_FIELDS = [
  'model',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'n',
] as const;
const EMBEDDING_FIELDS = ['model'] as const;
type Field = (typeof CHAT_FIELDS)[number];

const MODEL_NAME_LENGTH_MAX = 200;
const CHOICES_MAX = 128;
const IMAGE_URL = Buffer.from('"image_url"');
/** Most that one image costs as input at high detail: 85 + 170 × 8 tiles on gpt-4o, 1,536 patches × 1.62 on mini models. */
const TOKENS_PER_IMAGE_MAX = 2_500;

/** Reads the envelope of a Chat Completions or Embeddings request in one pass over its bytes. */
export function readRequest(body: Buffer, operation: Operation): PassThroughRequest {
  const scan: ScanResult<Field> = scanObject(body, operation === 'chat' ? CHAT_FIELDS : EMBEDDING_FIELDS);
  const reader = new EnvelopeReader(body, scan);
  const envelope = reader.read(operation);
  return { envelope, encode: (patch) => encode(body, scan, envelope, patch) };
}

class EnvelopeReader {
  constructor(
    private readonly body: Buffer,
    private readonly scan: ScanResult<Field>,
  ) {}

  read(operation: Operation): RequestEnvelope {
    const model = this.model();
    if (operation === 'embeddings') {
      return {
        model,
        streamed: false,
        wantsStreamUsage: false,
        outputTokensMax: 0,
        choices: 1,
        inputTokensMax: this.body.length,
      };
    }
    const streamed = this.boolean('stream');
    const choices = this.integer('n', CHOICES_MAX) ?? 1;
    const limit = this.outputLimit();
    return {
      model,
      streamed,
      wantsStreamUsage: streamed && this.wantsStreamUsage(),
      outputTokensMax: limit === null ? null : limit * choices,
      choices,
      inputTokensMax: this.body.length + TOKENS_PER_IMAGE_MAX * occurrences(this.body, IMAGE_URL),
    };
  }

  private model(): string {
    const value = this.value('model');
    if (typeof value !== 'string' || value === '' || value.length > MODEL_NAME_LENGTH_MAX) {
      throw invalid('model', 'must be the name of a model');
    }
    return value;
  }

  private boolean(field: Field): boolean {
    const value = this.value(field);
    if (value === undefined || value === null) return false;
    if (typeof value !== 'boolean') throw invalid(field, 'must be true or false');
    return value;
  }

  private integer(field: Field, max = 100_000_000): number | null {
    const value = this.value(field);
    if (value === undefined || value === null) return null;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > max) {
      throw invalid(field, `must be a whole number from 1 to ${max}`);
    }
    return value;
  }

  /** The higher one of two: vendors know the older name of the limit, the newer one, or both. */
  private outputLimit(): number | null {
    const newer = this.integer('max_completion_tokens');
    const older = this.integer('max_tokens');
    return newer === null || older === null ? (newer ?? older) : Math.max(newer, older);
  }

  private wantsStreamUsage(): boolean {
    const options = this.value('stream_options');
    if (options === undefined || options === null) return false;
    if (typeof options !== 'object' || Array.isArray(options))
      throw invalid('stream_options', 'must be an object');
    return (options as { include_usage?: unknown }).include_usage === true;
  }

  private value(field: Field): unknown {
    const range = this.scan.values[field];
    return range === undefined ? undefined : parse(this.body, range, field);
  }
}

function parse(body: Buffer, range: ValueRange, field: Field): unknown {
  try {
    return JSON.parse(body.toString('utf8', range.start, range.end));
  } catch (cause) {
    throw new GatewayError('invalid_json', `The body is not valid JSON: malformed value of "${field}".`, {
      field,
      cause,
    });
  }
}

function invalid(field: string, what: string): GatewayError {
  return new GatewayError('invalid_request', `The field "${field}" ${what}.`, { field });
}

function encode(
  body: Buffer,
  scan: ScanResult<Field>,
  envelope: RequestEnvelope,
  patch: RequestPatch,
): Buffer {
  const patches: Patch[] = [];
  const added: string[] = [];
  const model = scan.values.model;
  if (model !== undefined && patch.model !== envelope.model) {
    patches.push({ ...model, text: JSON.stringify(patch.model) });
  }
  if (patch.streamUsage && envelope.streamed && !envelope.wantsStreamUsage) {
    patchStreamOptions(body, scan.values.stream_options, patches, added);
  }
  if (patch.outputTokensMax !== undefined) {
    const { field, tokens } = patch.outputTokensMax;
    const written = Object.entries(scan.values).find(([name]) => name === field)?.[1];
    // The client may have written null: beside that, a second member of the name would be the one that is ignored.
    if (written !== undefined) patches.push({ ...written, text: String(tokens) });
    else added.push(`${JSON.stringify(field)}:${tokens}`);
  }
  if (added.length > 0) {
    patches.push({ start: scan.insertAt, end: scan.insertAt, text: `${added.join(',')},` });
  }
  return splice(body, patches);
}

/** Adds `include_usage` and keeps the client's other stream options. */
function patchStreamOptions(
  body: Buffer,
  range: ValueRange | undefined,
  patches: Patch[],
  added: string[],
): void {
  if (range === undefined) {
    added.push('"stream_options":{"include_usage":true}');
    return;
  }
  const options = parse(body, range, 'stream_options') as Record<string, unknown> | null;
  patches.push({ ...range, text: JSON.stringify({ ...options, include_usage: true }) });
}

function occurrences(body: Buffer, text: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(text); at !== -1; at = body.indexOf(text, at + text.length)) count += 1;
  return count;
}
