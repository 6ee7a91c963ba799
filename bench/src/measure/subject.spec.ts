import { describe, expect, it } from '@jest/globals';
import { MessageParser } from '../http/message-parser.js';
import { type Question } from '../questions/question.js';
import { burstAnswer, burstAnswerWithUsage, jsonAnswer } from '../vendor/chat-answers.js';
import { messagesBurstAnswer } from '../vendor/messages-answers.js';
import { workloads, type Workload } from '../workloads.js';
import { accept } from './subject.js';

function bodyOf(answer: Buffer): string {
  let body = '';
  new MessageParser({ head: () => 0, body: (bytes) => (body += bytes.toString()), complete: () => 0 }).push(
    answer,
  );
  return body;
}

const [json, plain, metered, messages] = [
  jsonAnswer,
  burstAnswer,
  burstAnswerWithUsage,
  messagesBurstAnswer,
].map(bodyOf) as [string, string, string, string];

const { J1, SB, AO, OA } = workloads;
/** The vendor's own answer, in the dialect that it is asked in. */
const chat = { question: OA.client, expected: AO, body: metered };
const claude = { question: AO.client, expected: OA, body: messages };

function look(body: string, question: Question, expected: Workload, status = 200) {
  return accept({ status, head: '', body }, question, expected);
}

describe('the close look at an answer', () => {
  it('finds whole ones right, and takes their length and end for all others', () => {
    expect(look(json, J1.client, J1)).toEqual({ bodyBytes: 1_229, streamEnd: undefined });
    expect(look(plain, SB.client, SB)).toEqual({
      bodyBytes: plain.length,
      streamEnd: Buffer.from('data: [DONE]\n\n'),
    });
    expect(look(metered, AO.vendor, AO).bodyBytes).toBe(metered.length);
    expect(look(messages, OA.vendor, OA)).toEqual({
      bodyBytes: messages.length,
      streamEnd: Buffer.from('event: message_stop\ndata: {"type":"message_stop"}\n\n'),
    });
  });

  it('finds a wrong status', () => {
    expect(() => look('{"error":1}', J1.client, J1, 502)).toThrow('J1: status 502: {"error":1}');
  });

  it.each([
    ['no mark', 'data: [DONE]\n\n', '', /no \[DONE\]/],
    ['a word of another', ' bit 17.', ' bit 18.', /not the vendor's text/],
    ['another count', '"completion_tokens":200', '"completion_tokens":199', /usage .*199/],
    ['no reason', '"finish_reason":"stop"', '"finish_reason":null', /finish_reason null/],
  ])('wants of OpenAI Chat: not %s', (_name, right, wrong, message) => {
    const { question, expected, body } = chat;
    expect(body).toContain(right);
    expect(() => look(body.replace(right, wrong), question, expected)).toThrow(message);
  });

  it('wants usage told to those who asked, and to nobody else', () => {
    expect(() => look(plain, OA.client, AO)).toThrow('usage undefined instead of');
    expect(() => look(metered, SB.client, SB)).toThrow('instead of undefined');
    const usage = metered.split('\n\n').at(-3) ?? '';
    expect(() => look(`${usage}\n\n${metered}`, OA.client, AO)).toThrow('more than once');
  });

  it.each([
    ['no end', 'event: message_stop\ndata: {"type":"message_stop"}\n\n', '', /no message_stop/],
    ['a word of another', ' bit 17.', ' bit 18.', /not the vendor's text/],
    ['another count', '"output_tokens":200', '"output_tokens":1', /usage .*"output":1/],
    ['another reason', '"end_turn"', '"max_tokens"', /stop_reason max_tokens/],
    ['an event without a name', 'event: content_block_stop\n', '', /no event of a name/],
    ['another name', 'event: content_block_stop\n', 'event: ping\n', /an event ping that says/],
    ['no start', /^.*?\n\n/s, '', /events in this order: content_block_start/],
    [
      'a second block',
      'event: message_delta',
      'event: x\ndata: {"type":"x"}\n\nevent: message_delta',
      /, x,/,
    ],
  ])('wants of Anthropic Messages: not %s', (_name, right, wrong, message) => {
    const { question, expected, body } = claude;
    expect(body).toMatch(right);
    expect(() => look(body.replace(right, wrong), question, expected)).toThrow(message);
  });
});
