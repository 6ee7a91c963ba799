import { describe, expect, it } from '@jest/globals';
import { MessageParser } from '../http/message-parser.js';
import { burstAnswer, burstAnswerWithUsage, jsonAnswer, streamedText } from './chat-answers.js';
import { messagesBurstAnswer, messagesText } from './messages-answers.js';

/** The bodies' pieces as they arrive: HTTP chunks of an answer that came in one piece. */
function bodyOf(answer: Buffer): string[] {
  const pieces: string[] = [];
  const parser = new MessageParser({
    head: () => 0,
    body: (bytes) => pieces.push(bytes.toString()),
    complete: () => 0,
  });
  parser.push(answer);
  expect(parser.idle).toBe(true);
  return pieces;
}

describe("the vendor's answers", () => {
  it('are 1.2 KB of JSON', () => {
    expect(bodyOf(jsonAnswer).join('')).toHaveLength(1_229);
  });

  it('are 200 events of 200 bytes, the last with the reason, then the mark', () => {
    const chunks = bodyOf(burstAnswer);
    expect(chunks.slice(0, 200).map(({ length }) => length)).toEqual(Array(200).fill(200));
    expect(chunks.filter((chunk) => chunk.includes('"finish_reason":"stop"'))).toEqual([chunks[199]]);
    expect(chunks.slice(200)).toEqual(['data: [DONE]\n\n']);
    expect(bodyOf(burstAnswerWithUsage).slice(200)).toEqual([
      expect.stringContaining('"completion_tokens":200'),
      'data: [DONE]\n\n',
    ]);
  });

  it('are as many deltas of that length in the events around them, named as Anthropic names them', () => {
    const chunks = bodyOf(messagesBurstAnswer);
    const names = chunks.map((chunk) => /^event: (\w+)\ndata: \{"type":"(\w+)".*\}\n\n$/.exec(chunk));
    expect(names.map((match) => match?.[1])).toEqual(names.map((match) => match?.[2]));
    expect(names.map((match) => match?.[1])).toEqual([
      'message_start',
      'content_block_start',
      ...Array(200).fill('content_block_delta'),
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    expect(chunks.slice(2, 202).map(({ length }) => length)).toEqual(Array(200).fill(200));
  });

  it.each([streamedText, messagesText])('hold in one of ten events what JSON has to escape', (text) => {
    expect(text.match(/"\d+"\n/g)).toHaveLength(20);
  });
});
