import { describe, expect, it } from '@jest/globals';
import { VENDOR_WRITERS, vendorSaying, type VendorAnswer, type VendorCall } from '@tollgate/testing';
import { sdkClient } from '../clients/index.js';
import type { Question } from '../clients/sdk-client.js';
import { DELIVERIES, PAIRS } from '../pairs.js';
import { API_KEY, modelOf, type SdkDialect, type SdkGateway } from '../sdk-gateway.js';
import { readReceived, type ReceivedRequest } from '../vendors/received-request.js';

const PARAMETERS = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
} as const;
const TOOLS = [
  { name: 'get_weather', description: 'The weather now', parameters: PARAMETERS },
  { name: 'get_time', description: 'The time now', parameters: PARAMETERS },
];
const WEATHER: VendorCall = { id: 'call_1', name: 'get_weather', args: ['{"ci', 'ty":"Os', 'lo"}'] };
const TIME: VendorCall = { id: 'call_2', name: 'get_time', args: ['{"city":', '"Oslo"}'] };
const OSLO = { city: 'Oslo' };
const SIGNATURE = 'c2lnbmF0dXJlIG9mIHRoZSB0aG91Z2h0cw==';

/** These want the state of their thoughts back with the history. */
const WANTS_STATE: ReadonlySet<SdkDialect> = new Set(['openai-responses', 'anthropic-messages', 'gemini']);

/** Calls reach the SDK, and their results the vendor, tied to each other. */
export function describeTools(gateway: () => SdkGateway): void {
  /** Asks, gives the results back, and tells what the SDK and the vendor saw. */
  async function roundTrip(
    { client, vendor }: { readonly client: SdkDialect; readonly vendor: SdkDialect },
    first: VendorAnswer,
    { results, stream }: { readonly results: readonly string[]; readonly stream: boolean },
  ) {
    const last: VendorAnswer = { words: ['It', ' is', ' cold'] };
    gateway().script(vendor, vendorSaying(VENDOR_WRITERS[vendor], first, last));
    const sdk = sdkClient(client, { address: gateway().address, apiKey: API_KEY });
    const question: Question = { model: modelOf(vendor), stream, prompt: 'How is Oslo?', tools: TOOLS };
    const calling = await sdk.ask(question);
    const final = await sdk.ask({ ...question, after: { reading: calling, results } });
    const received = gateway()
      .requests(vendor)
      .map((request): ReceivedRequest => readReceived(vendor, request));
    return { calling, final, asked: received[0]!, answered: received[1]! };
  }

  describe.each(PAIRS)('$client lets a vendor of $vendor call tools', (pair) => {
    describe.each(DELIVERIES)('$delivery', ({ stream }) => {
      it('once, and goes on with the result', async () => {
        const results = ['4 degrees'];
        const { asked, calling, answered, final } = await roundTrip(
          pair,
          { calls: [WEATHER] },
          { results, stream },
        );
        expect(asked.tools).toEqual(['get_weather', 'get_time']);
        expect(calling).toMatchObject({ stop: 'tool', calls: [{ name: 'get_weather', args: OSLO }] });
        expect(answered.calls).toMatchObject([{ name: 'get_weather', args: OSLO }]);
        expect(answered.results).toEqual([{ call: answered.calls[0]?.id, output: '4 degrees' }]);
        expect(final).toMatchObject({ text: 'It is cold', stop: 'stop' });
      });

      it('twice at the same time, each tied to its own result', async () => {
        const results = ['4 degrees', '12:00'];
        const first = { words: ['Let me look.'], calls: [WEATHER, TIME] };
        const { calling, answered } = await roundTrip(pair, first, { results, stream });
        expect(calling).toMatchObject({
          text: 'Let me look.',
          calls: [
            { name: 'get_weather', args: OSLO },
            { name: 'get_time', args: OSLO },
          ],
        });
        const [weather, time] = answered.calls;
        expect([weather?.name, time?.name]).toEqual(['get_weather', 'get_time']);
        expect(weather?.id).not.toBe(time?.id);
        expect(answered.results).toEqual([
          { call: weather?.id, output: '4 degrees' },
          { call: time?.id, output: '12:00' },
        ]);
      });

      it('after thoughts, whose state the vendor gets back where it wants it', async () => {
        const reasoning = { words: ['Oslo', ' lies', ' north'], signature: SIGNATURE };
        const first = { reasoning, calls: [WEATHER] };
        const { answered, final } = await roundTrip(pair, first, { results: ['4 degrees'], stream });
        if (WANTS_STATE.has(pair.vendor)) expect(answered.signatures).toEqual([SIGNATURE]);
        expect(answered.results).toEqual([{ call: answered.calls[0]?.id, output: '4 degrees' }]);
        expect(final.text).toBe('It is cold');
      });
    });

    it('whose arguments come in the pieces in which the vendor streams them', async () => {
      const { calling } = await roundTrip(
        pair,
        { calls: [WEATHER, TIME] },
        { results: ['', ''], stream: true },
      );
      const whole = pair.client === 'gemini' || pair.vendor === 'gemini';
      expect(calling.argumentDeltas).toBe(whole ? 2 : WEATHER.args.length + TIME.args.length);
    });
  });
}
