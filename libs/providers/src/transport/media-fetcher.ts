import { GatewayError } from '@tollgate/contracts';
import { Agent, type Dispatcher } from 'undici';
import { EgressGuard } from './egress-guard.js';

export interface FetchedMedia {
  /** Base64. */
  readonly data: string;
  readonly mediaType: string;
}

export interface MediaFetcherOptions {
  /** Default 20 MiB: what vendors take at most, about. */
  readonly bytesMax?: number;
  readonly timeoutMs?: number;
  /** Tests serve media on loopback; nothing else may allow it: the URLs are tenants'. */
  readonly allowPrivate?: boolean;
}

const BYTES_MAX = 20 * 1_048_576;
const TIMEOUT_MS = 20_000;
const REDIRECTS_MAX = 3;
const TYPES =
  /^(?:image\/(?:png|jpeg|gif|webp|heic|heif)|application\/pdf|audio\/[\w.+-]+|video\/[\w.+-]+|text\/plain)$/;
const REDIRECT_STATUS = new Set([301, 302, 303, 307, 308]);

/**
 * Fetches images and files that tenants name by URL, for vendors that want bytes. Connects to public addresses only:
 * the name is resolved once, every address is checked, the connection goes to a checked one, and so again for each
 * redirect. Size, kind and time are bounded; no header of anybody's is sent.
 */
export class MediaFetcher {
  private readonly guard: EgressGuard;
  private readonly agent: Agent;

  constructor(private readonly options: MediaFetcherOptions = {}) {
    this.guard = new EgressGuard({ allowPrivate: options.allowPrivate ?? false });
    this.agent = new Agent({
      connect: { timeout: TIMEOUT_MS, lookup: this.guard.lookup },
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      keepAliveTimeout: 1_000,
      maxResponseSize: this.bytesMax,
    });
  }

  /** @throws GatewayError `media_unavailable`: never says what a private address answered */
  async fetch(url: string): Promise<FetchedMedia> {
    const signal = AbortSignal.timeout(this.options.timeoutMs ?? TIMEOUT_MS);
    try {
      return await this.follow(url, signal);
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'media_unavailable') throw error;
      throw this.refusal(`${hostOf(url)} could not be read`, error);
    }
  }

  refusal(why: string, cause?: unknown): GatewayError {
    return new GatewayError('media_unavailable', `An image or file can't be fetched: ${why}.`, { cause });
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private get bytesMax(): number {
    return this.options.bytesMax ?? BYTES_MAX;
  }

  private async follow(start: string, signal: AbortSignal): Promise<FetchedMedia> {
    let url = new URL(start);
    for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
      const answer = await this.request(url, signal);
      const { location } = answer.headers;
      if (!REDIRECT_STATUS.has(answer.statusCode) || typeof location !== 'string')
        return this.read(url, answer);
      await answer.body.dump();
      url = new URL(location, url);
    }
    throw this.refusal(`${hostOf(start)} redirects too often`);
  }

  private request(url: URL, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      throw this.refusal('only http and https are read');
    this.guard.checkHost(url.hostname);
    return this.agent.request({ origin: url.origin, path: url.pathname + url.search, method: 'GET', signal });
  }

  private async read(
    url: URL,
    { statusCode, headers, body }: Dispatcher.ResponseData,
  ): Promise<FetchedMedia> {
    const mediaType =
      String(headers['content-type'] ?? '')
        .split(';', 1)[0]
        ?.trim()
        .toLowerCase() ?? '';
    const refuse = async (why: string): Promise<never> => {
      body.on('error', () => undefined).destroy();
      throw this.refusal(`${url.host} ${why}`);
    };
    if (statusCode !== 200) return refuse(`answered with status ${statusCode}`);
    if (!TYPES.test(mediaType))
      return refuse(`sent ${mediaType === '' ? 'no type' : `"${mediaType.slice(0, 60)}"`}`);
    if (Number(headers['content-length'] ?? 0) > this.bytesMax) return refuse('sent too much');
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > this.bytesMax) return refuse('sent too much');
      chunks.push(chunk);
    }
    return { data: Buffer.concat(chunks).toString('base64'), mediaType };
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the address';
}
