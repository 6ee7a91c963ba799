import { describe, expect, it } from '@jest/globals';
import { VENDOR_WRITERS, vendorSaying, type VendorAnswer } from '@tollgate/testing';
import { sdkClient } from '../clients/index.js';
import type { Question, Reading } from '../clients/sdk-client.js';
import { DELIVERIES, PAIRS } from '../pairs.js';
import { API_KEY, modelOf, type SdkDialect, type SdkGateway } from '../sdk-gateway.js';
import { readReceived, type ReceivedRequest } from '../vendors/received-request.js';

/** A white dot. */
const IMAGE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==';
const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' }, degrees: { type: 'number' } },
  required: ['city', 'degrees'],
  additionalProperties: false,
} as const;
const WORDS = ['Good', ' day', ' to', ' you'];

/** What is said, how it ends and what it cost: the same for the SDK as the vendor told it. */
export function describeConversations(gateway: () => SdkGateway): void {
  async function converse(
    { client, vendor }: { readonly client: SdkDialect; readonly vendor: SdkDialect },
    answer: VendorAnswer,
    question: Partial<Question> = {},
  ): Promise<{ reading: Reading; received: ReceivedRequest }> {
    gateway().script(vendor, vendorSaying(VENDOR_WRITERS[vendor], answer));
    const reading = await sdkClient(client, { address: gateway().address, apiKey: API_KEY }).ask({
      ...{ model: modelOf(vendor), stream: false, prompt: 'Good day' },
      ...question,
    });
    const [request] = gateway().requests(vendor);
    return { reading, received: readReceived(vendor, request!) };
  }

  describe.each(PAIRS)('$client asks a vendor of $vendor', (pair) => {
    it('and the vendor gets the system prompt, the question and the limit', async () => {
      const told = { system: 'Be brief.', outputTokensMax: 123 };
      const { received } = await converse(pair, { words: WORDS }, told);
      expect(received).toMatchObject({ ...told, prompts: ['Good day'] });
    });

    it('about an image, which the vendor gets byte for byte', async () => {
      const { received } = await converse(pair, { words: WORDS }, { image: IMAGE });
      expect(received).toMatchObject({ images: [IMAGE], prompts: ['Good day'] });
    });

    it('for an answer that satisfies a schema, which the vendor gets', async () => {
      const { received, reading } = await converse(
        pair,
        { words: ['{"city":"Oslo","degrees":4}'] },
        { schema: SCHEMA },
      );
      expect(received.schema).toMatchObject({
        type: expect.stringMatching(/^object$/i),
        required: SCHEMA.required,
      });
      expect(JSON.parse(reading.text)).toEqual({ city: 'Oslo', degrees: 4 });
    });

    describe.each(DELIVERIES)('$delivery', ({ stream }) => {
      it('reads the text, word by word in a stream', async () => {
        const { reading } = await converse(pair, { words: WORDS }, { stream });
        expect(reading).toMatchObject({ text: 'Good day to you', stop: 'stop', calls: [] });
        expect(reading.textDeltas).toBe(stream ? WORDS.length : 0);
      });

      it('reads the thoughts apart from the text', async () => {
        const reasoning = { words: ['They', ' greet', ' me'], signature: 'c2lnbmF0dXJl' };
        const { reading } = await converse(pair, { reasoning, words: WORDS }, { stream });
        expect(reading.text).toBe('Good day to you');
        // The stream helper of the SDK keeps the last piece of a member that it does not know.
        const lost = pair.client === 'openai-chat' && stream;
        expect(reading.reasoning).toBe(lost ? ' me' : 'They greet me');
      });

      it('reads the numbers of tokens as the vendor counted them', async () => {
        const usage = { input: 20, cacheRead: 30, output: 7, reasoning: 12 };
        const { reading } = await converse(pair, { words: WORDS, usage }, { stream });
        expect(reading.usage).toEqual({ input: 50, cacheRead: 30, output: 19 });
      });

      it('reads that the answer ended at its limit', async () => {
        const { reading } = await converse(pair, { words: WORDS, stop: 'length' }, { stream });
        expect(reading).toMatchObject({ text: 'Good day to you', stop: 'length' });
      });

      it('reads that the vendor refused', async () => {
        const { reading } = await converse(pair, { words: WORDS, stop: 'refusal' }, { stream });
        expect(reading).toMatchObject({ text: 'Good day to you', stop: 'filter' });
      });

      it('reads that a filter cut the answer off', async () => {
        const { reading } = await converse(pair, { words: WORDS, stop: 'filter' }, { stream });
        expect(reading).toMatchObject({ text: 'Good day to you', stop: 'filter' });
      });
    });
  });
}
