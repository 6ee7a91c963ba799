import { describe, expect, it } from '@jest/globals';
import {
  geminiEmbeddings,
  openaiEmbeddings,
  VENDOR_WRITERS,
  vendorSaying,
  type VendorAnswer,
} from '@tollgate/testing';
import OpenAI from 'openai';
import { GeminiClient } from '../clients/gemini-client.js';
import { sdkClient } from '../clients/index.js';
import { MessagesClient } from '../clients/messages-client.js';
import { DELIVERIES } from '../pairs.js';
import { API_KEY, DIALECTS, embeddingModelOf, modelOf, NARROW_KEY, type SdkGateway } from '../sdk-gateway.js';

/** Exact in 32 bits. */
const VECTORS = [
  [0.5, -0.25, 1],
  [0.125, 2, -3],
];
const TEXTS = ['one', 'two'];
/** What vendors answer that count tokens. */
const COUNTS = {
  'openai-responses': { object: 'response.input_tokens', input_tokens: 42 },
  'anthropic-messages': { input_tokens: 42 },
  gemini: { totalTokens: 42 },
} as const;
const COUNTING = ['openai-responses', 'anthropic-messages', 'gemini'] as const;
const EMBEDDING = ['openai-chat', 'gemini'] as const;

/** What SDKs ask for besides conversations. */
export function describeOperations(gateway: () => SdkGateway): void {
  const options = (apiKey = API_KEY) => ({ address: gateway().address, apiKey });
  const openai = () => new OpenAI({ apiKey: API_KEY, baseURL: `${gateway().address}/v1`, maxRetries: 0 });

  describe.each(DIALECTS)('the SDK of %s', (dialect) => {
    it('lists the models that its key may call', async () => {
      const all = [...DIALECTS.map(modelOf), ...EMBEDDING.map(embeddingModelOf)];
      expect([...(await sdkClient(dialect, options()).models())].sort()).toEqual(all.sort());
      expect(await sdkClient(dialect, options(NARROW_KEY)).models()).toEqual([modelOf('openai-chat')]);
    });
  });

  describe.each(DIALECTS)('openai.completions asks a vendor of %s', (vendor) => {
    const usage = { input: 20, output: 7 };
    const say = (answer: VendorAnswer) =>
      gateway().script(vendor, vendorSaying(VENDOR_WRITERS[vendor], { usage, ...answer }));

    it('and reads the text and its cost', async () => {
      say({ words: ['Good', ' day'], stop: 'length' });
      const completion = await openai().completions.create({ model: modelOf(vendor), prompt: 'Say' });
      expect(completion.choices[0]).toMatchObject({ text: 'Good day', finish_reason: 'length' });
      expect(completion.usage).toMatchObject({ prompt_tokens: 20, completion_tokens: 7, total_tokens: 27 });
    });

    it('and reads a stream word by word', async () => {
      say({ words: ['Good', ' day'] });
      const stream = await openai().completions.create({
        ...{ model: modelOf(vendor), prompt: 'Say', stream: true },
        stream_options: { include_usage: true },
      });
      const chunks: OpenAI.Completion[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      const texts = chunks.flatMap(({ choices }) => choices.map(({ text }) => text));
      expect(texts.filter((text) => text !== '')).toEqual(['Good', ' day']);
      expect(chunks.at(-1)?.usage).toMatchObject({ prompt_tokens: 20, completion_tokens: 7 });
    });
  });

  describe.each(EMBEDDING)('texts are embedded by a vendor of %s', (vendor) => {
    const model = embeddingModelOf(vendor);
    const script = (vectors = VECTORS) =>
      gateway().script(
        vendor,
        vendor === 'gemini' ? geminiEmbeddings(vectors) : openaiEmbeddings(vectors, 4),
      );

    // Left out, the SDK asks for base64 and decodes it.
    it.each([undefined, 'float', 'base64'] as const)(
      'for openai.embeddings, encoded as %s',
      async (encoding) => {
        script();
        const { data } = await openai().embeddings.create({
          ...{ model, input: TEXTS },
          ...(encoding === undefined ? {} : { encoding_format: encoding }),
        });
        const vectors = data.map(({ embedding }) => (encoding === 'base64' ? decoded(embedding) : embedding));
        expect(vectors).toEqual(VECTORS);
      },
    );

    it('for @google/genai, several and one', async () => {
      const { genai } = new GeminiClient(options());
      script();
      const several = await genai.models.embedContent({ model, contents: TEXTS });
      expect(several.embeddings?.map(({ values }) => values)).toEqual(VECTORS);
      script(VECTORS.slice(0, 1));
      const one = await genai.models.embedContent({ model, contents: 'one' });
      expect(one.embeddings?.map(({ values }) => values)).toEqual(VECTORS.slice(0, 1));
    });
  });

  describe('tokens are counted', () => {
    const messages = [{ role: 'user' as const, content: 'Good day to you' }];
    const byAnthropic = async (model: string) =>
      (await new MessagesClient(options()).anthropic.messages.countTokens({ model, messages })).input_tokens;
    const byGemini = async (model: string) =>
      (await new GeminiClient(options()).genai.models.countTokens({ model, contents: 'Good day to you' }))
        .totalTokens;

    it.each(COUNTING)('by a vendor of %s', async (vendor) => {
      gateway().script(vendor, { kind: 'answer', body: COUNTS[vendor] });
      expect(await byAnthropic(modelOf(vendor))).toBe(42);
      expect(await byGemini(modelOf(vendor))).toBe(42);
      expect(gateway().requests(vendor)).toHaveLength(2);
    });

    it('by the gateway where the vendor counts none', async () => {
      gateway().script('openai-chat', { kind: 'silent' });
      const counted = await byAnthropic(modelOf('openai-chat'));
      expect(counted).toBeGreaterThanOrEqual(4);
      expect(await byGemini(modelOf('openai-chat'))).toBe(counted);
      expect(gateway().requests('openai-chat')).toHaveLength(0);
    });
  });

  describe.each(DELIVERIES)('a request $delivery', ({ stream }) => {
    it.each(DIALECTS)('shows a vendor of %s nothing of the client but the request', async (vendor) => {
      gateway().script(vendor, vendorSaying(VENDOR_WRITERS[vendor], { words: ['Good', ' day'] }));
      await sdkClient('openai-chat', options()).ask({ model: modelOf(vendor), stream, prompt: 'Say' });
      const [request] = gateway().requests(vendor);
      expect(JSON.stringify(request)).not.toContain(API_KEY);
      expect(`${request!.path} ${request!.text}`).toContain(`vendor-${modelOf(vendor)}`);
    });
  });
}

function decoded(embedding: unknown): number[] {
  const bytes = Uint8Array.from(Buffer.from(String(embedding), 'base64'));
  return [...new Float32Array(bytes.buffer)];
}
