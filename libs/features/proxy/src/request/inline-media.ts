import type { CanonicalRequest, MediaSource, Message, Part, TargetProfile } from '@tollgate/dialects';
import type { FetchedMedia, MediaFetcher } from '@tollgate/providers';

type Fetcher = Pick<MediaFetcher, 'fetch' | 'refusal'>;

/** URLs fetched for one request; more is no conversation but an attack. */
const MEDIA_COUNT_MAX = 32;
/** Fetched at one time. */
const FETCHES_MAX = 4;
/** Base64 of one request's media together: they are held in memory, and written into one body. */
const MEDIA_LENGTH_MAX = 64 * 1_048_576;

/**
 * Replaces URLs of images and files by their bytes, where the vendor does not fetch them itself.
 *
 * @returns the same request, at once, when there is nothing to be fetched
 * @throws GatewayError `media_unavailable` (rejects): what can't be had, is too large or of the wrong kind
 */
export function inlineMedia(
  request: CanonicalRequest,
  target: TargetProfile,
  fetcher: Fetcher,
): CanonicalRequest | Promise<CanonicalRequest> {
  const urls = new Set<string>();
  visit(request.messages, target, (url) => urls.add(url));
  if (urls.size === 0) return request;
  return fetchAll([...urls], fetcher).then((fetched) => ({
    ...request,
    messages: request.messages.map((message) => ({
      ...message,
      content: message.content.map((part) => inlined(part, target, fetched)),
    })),
  }));
}

async function fetchAll(
  urls: readonly string[],
  fetcher: Fetcher,
): Promise<ReadonlyMap<string, FetchedMedia>> {
  if (urls.length > MEDIA_COUNT_MAX)
    throw fetcher.refusal(`more than ${MEDIA_COUNT_MAX} images and files by URL`);
  const fetched = new Map<string, FetchedMedia>();
  let length = 0;
  for (let from = 0; from < urls.length; from += FETCHES_MAX) {
    const some = urls.slice(from, from + FETCHES_MAX);
    const media = await Promise.all(some.map(async (url) => [url, await fetcher.fetch(url)] as const));
    for (const [url, one] of media) {
      fetched.set(url, one);
      length += one.data.length;
    }
    if (length > MEDIA_LENGTH_MAX) throw fetcher.refusal('they are too large together');
  }
  return fetched;
}

function visit(messages: readonly Message[], target: TargetProfile, found: (url: string) => void): void {
  const parts = messages.flatMap(({ content }) => content).flatMap(withNested);
  for (const part of parts) {
    const url = urlToFetch(part, target);
    if (url !== undefined) found(url);
  }
}

function withNested(part: Part): readonly Part[] {
  return part.type === 'tool-result' ? part.content : [part];
}

function urlToFetch(part: Part, target: TargetProfile): string | undefined {
  if (part.type === 'image') return target.imageUrls ? undefined : urlOf(part.source);
  if (part.type === 'file') return target.fileUrls ? undefined : urlOf(part.source);
  return part.type === 'audio' ? urlOf(part.source) : undefined;
}

/** Other schemes (`gs:`, `s3:`) are the vendor's own to read. */
function urlOf(source: MediaSource): string | undefined {
  return source.kind === 'url' && /^https?:/i.test(source.url) ? source.url : undefined;
}

function inlined<Kind extends Part>(
  part: Kind,
  target: TargetProfile,
  fetched: ReadonlyMap<string, FetchedMedia>,
): Kind {
  if (part.type === 'tool-result') {
    return { ...part, content: part.content.map((inner) => inlined(inner, target, fetched)) };
  }
  const url = urlToFetch(part, target);
  const media = url === undefined ? undefined : fetched.get(url);
  if (media === undefined) return part;
  const { data, mediaType } = media;
  const typed = part.type === 'file' ? { mediaType: part.mediaType ?? mediaType } : {};
  return { ...part, ...typed, source: { kind: 'base64', data, mediaType } };
}
