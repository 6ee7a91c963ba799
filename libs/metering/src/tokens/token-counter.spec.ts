import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from '@jest/globals';
import { RUN_LENGTH_MAX, countTokens, cutRuns } from './count-tokens.js';
import { TokenCounter, type TokenCounterOptions } from './token-counter.js';

let counter: TokenCounter | undefined;
afterEach(async () => {
  await counter?.close();
  counter = undefined;
});

function counterWith(options: TokenCounterOptions): TokenCounter {
  counter = new TokenCounter(options);
  return counter;
}

/** A worker that answers each text with what the expression makes of it. */
function scripted(expression: string): Worker {
  const program = `const { parentPort } = require('node:worker_threads');
    parentPort.on('message', (text) => { ${expression} });`;
  return new Worker(program, { eval: true });
}

describe('counting the tokens of a text', () => {
  it.each([
    ['hello world', 2],
    ['tiktoken is great!', 6],
    ['The quick brown fox jumps over the lazy dog.', 10],
    ['お誕生日おめでとう', 8],
    ['<|endoftext|>', 7],
    ['{"a":[1,2,3]}', 9],
    ['', 0],
  ])('counts %j as %i', async (text, tokens) => {
    expect(await countTokens(text)).toBe(tokens);
  });

  it('cuts long runs, so that no piece costs the square of the text', () => {
    const text = `words stay whole ${'x'.repeat(100_000)} and ${' '.repeat(50_000)}${'é'.repeat(4_500)} end`;
    const pieces = cutRuns(text);
    expect(pieces.join('')).toBe(text);
    const runs = pieces.flatMap((piece) => piece.match(/\S+|\s+/g) ?? []);
    expect(Math.max(...runs.map((run) => run.length))).toBe(RUN_LENGTH_MAX);
    expect(pieces).toHaveLength(78);
  });

  it('leaves a text of words in one piece', () => {
    const text = 'a few words, '.repeat(10_000);
    expect(cutRuns(text)).toEqual([text]);
  });

  it('does not cut a character in two', () => {
    const text = '😀'.repeat(5_001);
    expect(cutRuns(text).every((piece) => piece.isWellFormed())).toBe(true);
  });
});

describe('a counter', () => {
  it('counts in a worker, in order and side by side', async () => {
    const counting = counterWith({});
    const counts = await Promise.all(
      ['hello world', '', 'hello world '.repeat(10_000), 'x'.repeat(200_000)].map((text) =>
        counting.countText(text),
      ),
    );
    expect(counts).toEqual([2, 0, 20_001, 25_000]);
  });

  it('estimates the text at which its worker dies, and counts the next in a new one', async () => {
    let started = 0;
    const counting = counterWith({
      startWorker: () => {
        started += 1;
        return scripted(`if (text.startsWith('die')) throw new Error('dead'); parentPort.postMessage(1000);`);
      },
    });
    const counts = await Promise.all(['one', 'die now!', 'two'].map((text) => counting.countText(text)));
    expect(counts).toEqual([1_000, 2, 1_000]);
    expect(started).toBe(2);
  });

  it('survives a worker that runs out of memory', async () => {
    const counting = counterWith({
      startWorker: () =>
        new Worker(
          `require('node:worker_threads').parentPort.on('message', () => { const all = []; for (;;) all.push({}); });`,
          { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 } },
        ),
    });
    expect(await counting.countText('abcdefgh')).toBe(2);
  });

  it('estimates what takes too long, and goes on with a new worker', async () => {
    let started = 0;
    const counting = counterWith({
      timeoutMs: 1_500,
      startWorker: () => {
        started += 1;
        return scripted(`if (text === 'slow') for (;;); parentPort.postMessage(1000);`);
      },
    });
    expect(await counting.countText('slow')).toBe(1);
    expect(await counting.countText('quick')).toBe(1_000);
    expect(started).toBe(2);
  });

  it('estimates at once what its queue does not hold', async () => {
    const counting = counterWith({
      queueLengthMax: 1,
      startWorker: () => scripted('setTimeout(() => parentPort.postMessage(1000), 20);'),
    });
    const counts = await Promise.all(
      ['current', 'waiting', 'too much'].map((text) => counting.countText(text)),
    );
    expect(counts).toEqual([1_000, 1_000, 2]);
  });

  it('estimates without a try once workers fail again and again', async () => {
    let started = 0;
    const counting = counterWith({
      startWorker: () => {
        started += 1;
        throw new Error('no threads left');
      },
    });
    for (let count = 0; count < 10; count += 1) expect(await counting.countText('abcdefgh')).toBe(2);
    expect(started).toBe(3);
  });

  it('estimates what is open when it is closed, and all that comes later', async () => {
    const counting = counterWith({ startWorker: () => scripted('') });
    const open = [counting.countText('abcdefgh'), counting.countText('abcd')];
    await counting.close();
    expect(await Promise.all([...open, counting.countText('abcdefghi')])).toEqual([2, 1, 3]);
  });

  it('estimates a text that no context holds', async () => {
    let started = 0;
    const counting = counterWith({
      startWorker: () => {
        started += 1;
        return scripted('');
      },
    });
    expect(await counting.countText('a'.repeat(10 * 1_048_576))).toBe(2.5 * 1_048_576);
    expect(started).toBe(0);
  });
});
