import { describe, expect, it } from '@jest/globals';
import { MessageParser } from '../http/message-parser.js';
import { AnswerCheck } from './answer-check.js';

function verdicts(expected: { bodyBytes: number; streams: boolean }, wire: string, piece = 9): string[] {
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
    expect(verdicts({ bodyBytes: 7, streams: false }, wire)).toEqual([
      'right',
      'status 503',
      '2 bytes instead of 7',
      'right',
    ]);
  });

  it.each([1, 5, 1_000])('wants [DONE] at the end of each stream (pieces of %d bytes)', (piece) => {
    const whole = stream('data: 1\n\n', 'data: [DONE]\n\n');
    const split = stream('data: 1\n\ndata: [DO', 'NE]\n\n');
    const cut = stream('data: 1\n\n', 'data: [DONX]\n\n');
    expect(verdicts({ bodyBytes: 23, streams: true }, whole + cut + split, piece)).toEqual([
      'right',
      'a stream without [DONE]',
      'right',
    ]);
  });
});
