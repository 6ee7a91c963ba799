import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseUsd } from '@tollgate/contracts';
import { eventually } from '@tollgate/testing';
import { StandaloneGateway } from './standalone-gateway.js';

/** USD per token of the starter's model. */
const INPUT = 500n;
const OUTPUT = 1_500n;

describe('npm start on a machine with nothing else', () => {
  let gateway: StandaloneGateway;
  let password: string;

  beforeAll(async () => {
    gateway = await (await StandaloneGateway.start()).ready();
    password = /admin \/ (\S+)/.exec(gateway.process.output)?.[1] ?? '';
  }, 120_000);
  afterAll(() => gateway.remove());

  it('answers, streams, and shows to the nano-dollar what it cost', async () => {
    const openai = gateway.openai();
    const messages = [{ role: 'user', content: 'Good day to you' }] as const;
    const answer = await openai.chat.completions.create({ model: 'demo', messages: [...messages] });
    expect(answer.choices[0]?.message.content).toContain('You said: Good day to you');
    const stream = await openai.chat.completions.create({
      model: 'demo',
      messages: [...messages],
      stream: true,
    });
    let streamed = '';
    for await (const chunk of stream) streamed += chunk.choices[0]?.delta.content ?? '';
    expect(streamed.trim()).toBe(answer.choices[0]?.message.content);

    const { prompt_tokens: input, completion_tokens: output } = answer.usage!;
    const token = await gateway.login(password);
    const [row] = await gateway.usage(token, 2);
    expect(row).toMatchObject({
      model: 'demo',
      requests: 2,
      inputTokens: 2 * input,
      outputTokens: 2 * output,
    });
    expect(parseUsd(row!.charge)).toBe(2n * (BigInt(input) * INPUT + BigInt(output) * OUTPUT));
  });

  it('lists models and embeds', async () => {
    const openai = gateway.openai();
    const models = await openai.models.list();
    expect(models.data.map(({ id }) => id)).toEqual(['demo', 'demo-embedding']);
    const embedding = await openai.embeddings.create({
      model: 'demo-embedding',
      input: 'Hello',
      encoding_format: 'float',
    });
    expect(embedding.data[0]?.embedding.length).toBe(64);
  });

  it('tries a channel for an operator, and charges nobody for it', async () => {
    const token = await gateway.login(password);
    const before = await gateway.usage(token, 3, '');
    const { items } = (await gateway.admin('GET', '/api/v1/channel-health/channels', { token })) as {
      items: { channelId: string }[];
    };
    const path = `/api/v1/channel-health/channels/${items[0]?.channelId}/probe`;
    const probe = await gateway.admin('POST', path, { body: { stream: true }, token });
    expect(probe).toMatchObject({ operation: 'chat', model: 'demo', streamed: true, failure: null });
    expect(await gateway.usage(token, 3, '')).toEqual(before);
  });

  it('raises the typed errors of the official SDK', async () => {
    const create = (apiKey: string, model: string) =>
      gateway.openai(apiKey).chat.completions.create({ model, messages: [] });
    await expect(create('sk-tg-wrong', 'demo')).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    });
    await expect(create(gateway.starterSecret, 'nothing')).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
  });

  it('loses nothing when it is killed in the middle of a stream, and leaves no process behind', async () => {
    const token = await gateway.login(password);
    // Two questions and the embedding of the tests before: all on the books, so that only this one is added.
    const before = await gateway.usage(token, 3, '');
    const stream = await gateway.openai().chat.completions.create({
      model: 'demo',
      stream: true,
      messages: [{ role: 'user', content: 'Go on '.repeat(200) }],
    });
    const words: string[] = [];
    await expect(async () => {
      for await (const chunk of stream) {
        words.push(chunk.choices[0]?.delta.content ?? '');
        if (words.length === 5) gateway.process.signal('SIGKILL');
      }
    }).rejects.toThrow();
    await gateway.process.ended();
    const postmaster = await readFile(
      join(gateway.dataDirectory, 'postgres', 'postmaster.pid'),
      'utf8',
    ).catch(() => '0');
    await eventually(() => !alive(Number(postmaster.split('\n')[0])), 'the database to end with its parent');

    gateway = await (await StandaloneGateway.start({ TOLLGATE_DATA_DIR: gateway.dataDirectory })).ready();
    const after = await gateway.usage(await gateway.login(password), before[0]!.requests + 1, '');
    expect(after[0]!.requests).toBe(before[0]!.requests + 1);
    expect(parseUsd(after[0]!.charge)).toBeGreaterThan(parseUsd(before[0]!.charge)!);
  });

  it('stops in order, and has everything at its next start', async () => {
    const before = await gateway.usage(await gateway.login(password), 3, '');
    gateway.process.signal('SIGINT');
    expect(await gateway.process.ended()).toBe(0);
    gateway = await (await StandaloneGateway.start({ TOLLGATE_DATA_DIR: gateway.dataDirectory })).ready();
    expect(gateway.process.output).not.toContain('Sign in');
    expect(await gateway.usage(await gateway.login(password), 3, '')).toEqual(before);
    const answer = await gateway
      .openai()
      .chat.completions.create({ model: 'demo', messages: [{ role: 'user', content: 'Hi' }] });
    expect(answer.choices).toHaveLength(1);
  });
});

function alive(pid: number): boolean {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
