import { describe, expect, it } from '@jest/globals';
import { MessageParser } from '../http/message-parser.js';
import { DONE_EVENT } from '../questions/chat.js';
import { MESSAGE_STOP_EVENT } from '../questions/messages.js';
import { AnswerCheck, type Expectation } from './answer-check.js';

function verdicts(expected: Expectation, wire: string, piece = 9): string[] {
  const found: string[] = [];
  const parser = new MessageParser(new AnswerCheck(expected, (error) => found.push(error ?? 'right')));
  for (let offset = 0; offset < wire.length; offset += piece) {
    parser.push(Buffer.from(wire.slice(offset, offset + piece)));
  }
  return found;
}

function json(status: number, body: string): string {
  return `HTTP/1.1 ${status} Any\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

function stream(...chunks: string[]): string {
  const parts = chunks.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`);
  return `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${parts.join('')}0\r\n\r\n`;
}

describe('the check of each answer', () => {
  it('finds a wrong status and a wrong length, and the next answer right', () => {
    const wire = json(200, '{"a":1}') + json(503, '{"a":1}') + json(200, '{}') + json(200, '{"b":2}');
    expect(verdicts({ bodyBytes: 7, streamEnd: undefined }, wire)).toEqual([
      'right',
      'status 503',
      '2 bytes instead of 7',
      'right',
    ]);
  });

  it.each([DONE_EVENT, MESSAGE_STOP_EVENT].flatMap((end) => [1, 5, 1_000].map((piece) => ({ end, piece }))))(
    'wants $end at the end of each stream (pieces of $piece bytes)',
    ({ end, piece }) => {
      const whole = stream('data: 1\n\n', end);
      const split = stream(`data: 1\n\n${end.slice(0, 9)}`, end.slice(9));
      const cut = stream('data: 1\n\n', `${end.slice(0, -1)}x`);
      const expected = { bodyBytes: 9 + end.length, streamEnd: Buffer.from(end) };
      expect(verdicts(expected, whole + cut + split, piece)).toEqual([
        'right',
        `a stream without ${JSON.stringify(end)} at its end`,
        'right',
      ]);
    },
  );

  it('takes no end of one dialect for that of another', () => {
    const expected = { bodyBytes: undefined, streamEnd: Buffer.from(MESSAGE_STOP_EVENT) };
    expect(verdicts(expected, stream(DONE_EVENT))).toEqual([expect.stringContaining('message_stop')]);
  });
});
