import { describe, expect, it } from '@jest/globals';
import {
  VENDOR_RETRY_AFTER_SECONDS,
  VENDOR_WRITERS,
  vendorBreakingOff,
  vendorSaying,
  type VendorTrouble,
} from '@tollgate/testing';
import { sdkClient } from '../clients/index.js';
import type { Question } from '../clients/sdk-client.js';
import { sdkErrorClass, type SdkError, type SdkErrorKind } from '../clients/sdk-errors.js';
import { DELIVERIES, PAIRS } from '../pairs.js';
import {
  API_KEY,
  DISTANT_KEY,
  DIALECTS,
  modelOf,
  NARROW_KEY,
  SCARCE_KEYS,
  UNKNOWN_KEY,
  VENDOR_CREDENTIAL,
  type SdkDialect,
  type SdkGateway,
} from '../sdk-gateway.js';

interface Refused extends Partial<Question> {
  readonly apiKey?: string;
}

/** What the gateway refuses by itself. */
const REFUSALS: readonly { what: string; kind: SdkErrorKind; status: number; refused: Refused }[] = [
  { what: 'a key that nobody has', kind: 'authentication', status: 401, refused: { apiKey: UNKNOWN_KEY } },
  {
    what: 'a model that the key may not call',
    kind: 'permission',
    status: 403,
    refused: { apiKey: NARROW_KEY },
  },
  {
    what: 'an address that the key does not allow',
    kind: 'permission',
    status: 403,
    refused: { apiKey: DISTANT_KEY },
  },
  { what: 'a model that does not exist', kind: 'not-found', status: 404, refused: { model: 'm-nothing' } },
  { what: 'half a token', kind: 'bad-request', status: 400, refused: { outputTokensMax: 0.5 } },
];

/** What the vendor refuses, or can't do. */
const TROUBLES: readonly { trouble: VendorTrouble; kind: SdkErrorKind; status: number; says: RegExp }[] = [
  { trouble: 'bad-request', kind: 'bad-request', status: 400, says: /too large|valid/i },
  { trouble: 'rate-limit', kind: 'rate-limit', status: 429, says: /rate|slow|quota/i },
  { trouble: 'overloaded', kind: 'server', status: 503, says: /overloaded/i },
  { trouble: 'server-error', kind: 'server', status: 502, says: /error/i },
];

/** Anthropic has a status of its own for more work than can be carried. */
function statusFor(client: SdkDialect, status: number): number {
  return status === 503 && client === 'anthropic-messages' ? 529 : status;
}

/** In whosever words. */
const SAYS = { overloaded: /overloaded/i, 'rate-limit': /rate|slow|quota/i, cut: /broke off/ } as const;

/** Every SDK raises its own errors, whoever refuses. */
export function describeErrors(gateway: () => SdkGateway): void {
  async function failure(client: SdkDialect, { apiKey = API_KEY, ...question }: Refused): Promise<SdkError> {
    const sdk = sdkClient(client, { address: gateway().address, apiKey });
    const asked = { model: modelOf('gemini'), stream: false, prompt: 'Good day', ...question };
    return sdk.ask(asked).then(
      () => {
        throw new Error('an answer instead of an error');
      },
      (error: unknown) => error as SdkError,
    );
  }

  describe.each(DIALECTS)('the SDK of %s raises its own error', (client) => {
    describe.each(DELIVERIES)('$delivery', ({ stream }) => {
      it.each(REFUSALS)('$kind for $what', async ({ kind, status, refused }) => {
        const error = await failure(client, { stream, ...refused });
        expect(error).toBeInstanceOf(sdkErrorClass(client, kind));
        expect(error.status).toBe(status);
      });
    });
  });

  it.each(DIALECTS)(
    'the SDK of %s raises its error for limits, and knows when to try again',
    async (client) => {
      gateway().script('gemini', vendorSaying(VENDOR_WRITERS.gemini, { words: ['Good', ' day'] }));
      const apiKey = SCARCE_KEYS[client];
      const sdk = sdkClient(client, { address: gateway().address, apiKey });
      const first = await sdk.ask({ model: modelOf('gemini'), stream: false, prompt: 'Good day' });
      expect(first.text).toBe('Good day');
      for (const { stream } of DELIVERIES) {
        const error = await failure(client, { apiKey, stream });
        expect(error).toBeInstanceOf(sdkErrorClass(client, 'rate-limit'));
        expect(error.status).toBe(429);
        expect(error.message).toContain('1 requests in 3600 s of the API key');
        // The SDK of Gemini shows no headers.
        if (client === 'gemini') continue;
        const seconds = Number(error.headers?.get('retry-after'));
        expect(seconds).toBeLessThanOrEqual(3_600);
        expect(seconds).toBeGreaterThan(3_000);
        expect(error.headers?.get('x-ratelimit-remaining-requests')).toBe('0');
        expect(error.headers?.get('anthropic-ratelimit-requests-limit')).toBe(
          client === 'anthropic-messages' ? '1' : null,
        );
      }
    },
  );

  describe.each(PAIRS)('$client hears of trouble at a vendor of $vendor', ({ client, vendor }) => {
    const model = modelOf(vendor);
    const writer = VENDOR_WRITERS[vendor];

    describe.each(DELIVERIES)('$delivery', ({ stream }) => {
      it.each(TROUBLES)('$trouble', async ({ trouble, kind, status, says }) => {
        gateway().script(vendor, writer.refuse(trouble));
        const error = await failure(client, { model, stream });
        expect(error).toBeInstanceOf(sdkErrorClass(client, kind));
        expect(error.status).toBe(statusFor(client, status));
        expect(error.message).toMatch(says);
        // The SDK of Gemini shows no headers.
        if (trouble === 'rate-limit' && client !== 'gemini')
          expect(error.headers?.get('retry-after')).toBe(String(VENDOR_RETRY_AFTER_SECONDS));
      });

      it('a refused credential, which it never sees', async () => {
        const body = { error: { message: `wrong key ${VENDOR_CREDENTIAL}` } };
        gateway().script(vendor, { kind: 'answer', status: 401, body });
        const error = await failure(client, { model, stream });
        expect(error).toBeInstanceOf(sdkErrorClass(client, 'server'));
        expect(error.message).not.toContain(VENDOR_CREDENTIAL);
      });
    });

    it.each(['overloaded', 'rate-limit', 'cut'] as const)('%s after the first words', async (trouble) => {
      gateway().script(vendor, vendorBreakingOff(writer, { words: ['Good', ' day'] }, trouble));
      const heard: string[] = [];
      const error = await failure(client, { model, stream: true, onText: (piece) => heard.push(piece) });
      expect(heard).toEqual(['Good']);
      expect(error).toBeInstanceOf(sdkErrorClass(client, 'any'));
      expect(error.message).toMatch(SAYS[trouble]);
    });

    it.each(['overloaded', 'rate-limit'] as const)(
      '%s in the stream, before its first word',
      async (trouble) => {
        gateway().script(vendor, { kind: 'stream', events: [writer.streamError(trouble)] });
        const error = await failure(client, { model, stream: true });
        expect(error).toBeInstanceOf(sdkErrorClass(client, trouble === 'overloaded' ? 'server' : trouble));
        // OpenAI's word for it in a stream is that of any other fault.
        const overloaded = vendor.startsWith('openai') ? 502 : statusFor(client, 503);
        expect(error.status).toBe(trouble === 'overloaded' ? overloaded : 429);
      },
    );

    it('and answers the next question', async () => {
      gateway().script(vendor, vendorSaying(writer, { words: ['Good', ' day'] }));
      const sdk = sdkClient(client, { address: gateway().address, apiKey: API_KEY });
      expect((await sdk.ask({ model, stream: true, prompt: 'Again' })).text).toBe('Good day');
    });
  });
}
