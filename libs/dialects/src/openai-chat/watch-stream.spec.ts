import { describe, expect, it } from '@jest/globals';
import { PassingStream } from '../sse/passing-stream.js';
import { ChatStreamWatcher } from './watch-stream.js';

const USAGE = '{"prompt_tokens":9,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":4}}';
const content = (text: string) =>
  `data: {"id":"c1","choices":[{"index":0,"delta":{"content":${JSON.stringify(text)}}}],"usage":null}\n\n`;
const usageEvent = `data: {"id":"c1","choices":[],"usage":${USAGE}}\n\n`;
const done = 'data: [DONE]\n\n';
const STREAM = [content('Héllo'), content('"usage":{"prompt_tokens":1}'), usageEvent, done];

function run(chunks: readonly Buffer[], hideUsage: boolean, choices = 1) {
  const tap = new PassingStream(new ChatStreamWatcher({ hideUsage, choices }));
  const out: Buffer[] = [];
  for (const chunk of chunks) {
    const passed = tap.push([Buffer.from(chunk)]);
    if (passed !== null) out.push(passed);
  }
  const rest = tap.end();
  if (rest !== null) out.push(rest);
  return { tap, text: Buffer.concat(out).toString() };
}

describe('a Chat Completions stream passing', () => {
  const bytes = Buffer.from(STREAM.join(''));

  it.each([true, false])('is the same however it is cut into chunks (usage hidden: %s)', (hideUsage) => {
    const expected = STREAM.filter((event) => !(hideUsage && event === usageEvent)).join('');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const { tap, text } = run([bytes.subarray(0, cut), bytes.subarray(cut)], hideUsage);
      expect(text).toBe(expected);
      expect(tap.usage).toMatchObject({ input: 5, cacheRead: 4, output: 7 });
      expect(tap.complete).toBe(true);
    }
  });

  it('passes byte by byte', () => {
    const { tap, text } = run(
      [...bytes].map((byte) => Buffer.of(byte)),
      true,
    );
    expect(text).toBe(STREAM.filter((event) => event !== usageEvent).join(''));
    expect(tap.usage).toMatchObject({ output: 7 });
  });

  it('keeps events framed by carriage returns', () => {
    const framed = STREAM.join('').replaceAll('\n', '\r\n');
    const { tap, text } = run([Buffer.from(framed)], true);
    expect(text).toBe(framed.replace(usageEvent.replaceAll('\n', '\r\n'), ''));
    expect(tap.complete).toBe(true);
  });

  it('keeps usage that a vendor puts beside the last choice', () => {
    const last = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage": ${USAGE}}\n\n`;
    const { tap, text } = run([Buffer.from(last + done)], true);
    expect(text).toBe(last + done);
    expect(tap.usage).toMatchObject({ output: 7 });
  });

  it('takes the last of cumulative counts', () => {
    const running = (output: number) => `data: {"choices":[{}],"usage":{"completion_tokens":${output}}}\n\n`;
    expect(
      run([Buffer.from(running(1) + running(2)), Buffer.from(running(3))], true).tap.usage,
    ).toMatchObject({
      output: 3,
    });
  });

  it('with several choices is complete when all of them finished, or usage or the end mark came', () => {
    const finish = (index: number) =>
      `data: {"choices":[{"index":${index},"delta":{},"finish_reason":"stop"}]}\n\n`;
    const completeAfter = (...events: string[]) =>
      run(
        events.map((event) => Buffer.from(event)),
        false,
        2,
      ).tap.complete;
    expect(completeAfter(finish(0))).toBe(false);
    expect(completeAfter(finish(0), content('more'))).toBe(false);
    expect(completeAfter(finish(0), finish(1))).toBe(true);
    expect(completeAfter(finish(0) + finish(1))).toBe(true);
    expect(completeAfter(finish(0), usageEvent)).toBe(true);
    expect(completeAfter(finish(0), done)).toBe(true);
  });

  it('is not complete when the vendor breaks off after any event', () => {
    for (let events = 0; events < STREAM.length; events += 1) {
      expect(run([Buffer.from(STREAM.slice(0, events).join(''))], true).tap.complete).toBe(false);
    }
  });

  it.each([
    ['{"choices":[{"delta":{},"finish_reason":"stop"}]}', true],
    ['{"choices":[{"delta":{},"finish_reason": "length"}]}', true],
    ['{"choices":[{"delta":{},"finish_reason":null}]}', false],
    ['{"choices":[{"delta":{},"finish_reason":""}]}', false],
  ])('is complete behind a reason to finish, for vendors without an end mark: %s (%s)', (event, complete) => {
    expect(run([Buffer.from(`data: ${event}\n\n`)], true).tap.complete).toBe(complete);
  });

  it("is not taken in by an end mark in the model's words", () => {
    expect(run([Buffer.from(content('data: [DONE]'))], true).tap.complete).toBe(false);
    expect(run([Buffer.from(content('"finish_reason":"stop"'))], true).tap.complete).toBe(false);
  });

  it('notices an error event', () => {
    expect(run([Buffer.from('data: {"error":{"message":"overloaded"}}\n\n')], true).tap.failed).toBe(true);
    expect(run([Buffer.from(content('{"error":{'))], true).tap.failed).toBe(false);
  });
});
