import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { describe, expect, it } from '@jest/globals';
import { VENDOR_WRITERS, vendorSaying, type VendorAnswer } from '@tollgate/testing';
import {
  APICallError,
  generateText,
  isStepCount,
  jsonSchema,
  streamText,
  tool,
  type LanguageModel,
} from 'ai';
import { PAIRS } from '../pairs.js';
import { API_KEY, modelOf, UNKNOWN_KEY, type SdkDialect, type SdkGateway } from '../sdk-gateway.js';
import { readReceived } from '../vendors/received-request.js';

const USAGE = { input: 20, cacheRead: 30, output: 7, reasoning: 12 };
const CALLING: VendorAnswer = {
  reasoning: { words: ['Oslo', ' lies', ' north'], signature: 'c2lnbmF0dXJl' },
  calls: [{ id: 'call_1', name: 'get_weather', args: ['{"ci', 'ty":"Oslo"}'] }],
};
const FINAL: VendorAnswer = { words: ['It', ' is', ' 4', ' degrees'], usage: USAGE };

/** The `ai` package with the provider of each dialect. */
export function describeAiSdk(gateway: () => SdkGateway): void {
  const modelFor: Readonly<Record<SdkDialect, (model: string, apiKey: string) => LanguageModel>> = {
    'openai-chat': (model, apiKey) =>
      createOpenAI({ apiKey, baseURL: `${gateway().address}/v1` }).chat(model),
    'openai-responses': (model, apiKey) =>
      createOpenAI({ apiKey, baseURL: `${gateway().address}/v1` }).responses(model),
    'anthropic-messages': (model, apiKey) =>
      createAnthropic({ apiKey, baseURL: `${gateway().address}/v1` })(model),
    gemini: (model, apiKey) => createGoogle({ apiKey, baseURL: `${gateway().address}/v1beta` })(model),
  };

  describe.each(PAIRS)('ai with the provider of $client asks a vendor of $vendor', ({ client, vendor }) => {
    const model = (apiKey = API_KEY) => modelFor[client](modelOf(vendor), apiKey);
    const script = (...answers: readonly VendorAnswer[]) =>
      gateway().script(vendor, vendorSaying(VENDOR_WRITERS[vendor], ...answers));
    const question = () => ({ model: model(), prompt: 'How is Oslo?', maxRetries: 0 });
    const withTools = ({ store = false } = {}) => ({
      ...question(),
      // Without this the provider of Responses refers to its earlier items, which only OpenAI itself stores.
      providerOptions: { openai: { store } },
      tools: {
        get_weather: tool({
          description: 'The weather now',
          inputSchema: jsonSchema<{ city: string }>({
            type: 'object',
            properties: { city: { type: 'string' } },
            required: ['city'],
          }),
          execute: ({ city }) => `${city}: 4 degrees`,
        }),
      },
      stopWhen: isStepCount(2),
    });

    function expectRoundTrip(text: string): void {
      expect(text).toBe('It is 4 degrees');
      const requests = gateway().requests(vendor);
      expect(requests).toHaveLength(2);
      const { calls, results } = readReceived(vendor, requests[1]!);
      expect(calls).toMatchObject([{ name: 'get_weather', args: { city: 'Oslo' } }]);
      expect(results).toMatchObject([{ call: calls[0]?.id }]);
      expect(results[0]?.output).toContain('Oslo: 4 degrees');
    }

    it('for a text', async () => {
      script(FINAL);
      const { text, finishReason, usage } = await generateText(question());
      expect({ text, finishReason }).toEqual({ text: 'It is 4 degrees', finishReason: 'stop' });
      expect(usage).toMatchObject({ inputTokens: 50, outputTokens: 19 });
    });

    it('for a text in a stream', async () => {
      script(FINAL);
      const result = streamText(question());
      const words: string[] = [];
      for await (const word of result.textStream) words.push(word);
      expect(words.join('')).toBe('It is 4 degrees');
      expect(await result.finishReason).toBe('stop');
      expect(await result.usage).toMatchObject({ inputTokens: 50, outputTokens: 19 });
    });

    it('and calls a tool on the way', async () => {
      script(CALLING, FINAL);
      expectRoundTrip((await generateText(withTools())).text);
    });

    it('and calls a tool on the way of a stream', async () => {
      script(CALLING, FINAL);
      expectRoundTrip(await streamText(withTools()).text);
    });

    if (client === 'openai-responses' && vendor !== client) {
      it('and is told when it refers to an answer that no vendor stored', async () => {
        script(CALLING, FINAL);
        const refused = generateText(withTools({ store: true }));
        await expect(refused).rejects.toThrow('Only the vendor that stored the conversation knows');
      });
    }

    it('and raises its own error', async () => {
      const refused = generateText({ ...question(), model: model(UNKNOWN_KEY) });
      const error = await refused.catch((reason: unknown) => reason);
      expect(APICallError.isInstance(error) && error.statusCode).toBe(401);
    });
  });
}
