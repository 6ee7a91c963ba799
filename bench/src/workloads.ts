import { type SubjectName } from './gateways/gateway.ts';
import { chatQuestion } from './questions/chat.ts';
import { messagesQuestion } from './questions/messages.ts';
import { type AnswerContent, type Question } from './questions/question.ts';
import { jsonText, streamedText } from './vendor/chat-answers.ts';
import { STREAM_CHUNKS, USAGE } from './vendor/content.ts';
import { messagesText } from './vendor/messages-answers.ts';
import { ANTHROPIC_MODEL, BENCH_MODEL, IDLE_MODEL } from './vendor/models.ts';

export type WorkloadId = 'J1' | 'JL' | 'J60' | 'SB' | 'AO' | 'OA';

/** What is asked. */
export interface Workload {
  readonly id: WorkloadId;
  readonly title: string;
  /** Who is asked: not every gateway can do everything. */
  readonly for: readonly SubjectName[];
  /** What a client asks a gateway. */
  readonly client: Question;
  /** What a client asks the vendor directly: the same, unless a gateway has to translate. */
  readonly vendor: Question;
  /** What the answer has to say, by whatever way and in whatever dialect. */
  readonly answer: AnswerContent;
  /** Asked with a key that has rate limits, kept in Redis. */
  readonly limited?: boolean;
  /** A warm-up or a sample is this often `scale` times. */
  readonly weight: number;
  /** Requests a second at which it is also asked, however fast the answers come. */
  readonly steadyRate?: number;
}

const everyone: readonly SubjectName[] = [
  ...(['direct', 'nginx', 'bare', 'tollgate', 'crowded'] as const),
  ...(['workers', 'keyed', 'portkey'] as const),
];
/**
 * Who translates and limits: others pass on, or are not set up to. `crowded` is asked it too: if it idled meanwhile, it would
 * later be compared with one that did not.
 */
const doingMore: readonly SubjectName[] = ['direct', 'tollgate', 'crowded'];

const KB = 1_024;
const smallChat = chatQuestion({ model: BENCH_MODEL, bytes: KB, stream: 'no' });
const largeChat = chatQuestion({ model: BENCH_MODEL, bytes: 60 * KB, stream: 'no' });
const streamedChat = chatQuestion({ model: BENCH_MODEL, bytes: KB, stream: 'yes' });
/** Asks for usage as a gateway asks for it that has to count: so it can be checked, too. */
const meteredChat = (model: string): Question => chatQuestion({ model, bytes: KB, stream: 'with-usage' });
const streamedMessages = (model: string): Question => messagesQuestion({ model, bytes: KB });

const passing = (question: Question): Pick<Workload, 'for' | 'client' | 'vendor'> => ({
  for: everyone,
  client: question,
  vendor: question,
});

/** A hundred and seventy million requests a day: much for one process, and a fraction of what it can do. */
export const STEADY_RATE = 2_000;

/** In the order of the tables. */
export const workloads: Readonly<Record<WorkloadId, Workload>> = {
  J1: {
    id: 'J1',
    title: '1 KB JSON in, 1.2 KB out',
    ...passing(smallChat),
    answer: { text: jsonText, usage: USAGE },
    weight: 8,
    steadyRate: STEADY_RATE,
  },
  JL: {
    id: 'JL',
    title: 'as J1, with a key that has rate limits',
    ...passing(smallChat),
    // To the bare proxy it is J1, asked in the same seconds.
    for: [...doingMore, 'bare'],
    limited: true,
    answer: { text: jsonText, usage: USAGE },
    weight: 8,
    steadyRate: STEADY_RATE,
  },
  J60: {
    id: 'J60',
    title: '60 KB JSON in, 1.2 KB out',
    ...passing(largeChat),
    answer: { text: jsonText, usage: USAGE },
    weight: 3,
  },
  SB: {
    id: 'SB',
    title: `${STREAM_CHUNKS} SSE chunks in a burst`,
    ...passing(streamedChat),
    answer: { text: streamedText, usage: undefined },
    weight: 3,
  },
  AO: {
    id: 'AO',
    title: `as SB, for a client that speaks Anthropic Messages, from a vendor that speaks OpenAI Chat`,
    for: doingMore,
    client: streamedMessages(BENCH_MODEL),
    vendor: meteredChat(BENCH_MODEL),
    answer: { text: streamedText, usage: USAGE },
    weight: 3,
  },
  OA: {
    id: 'OA',
    title: `as SB, for a client that speaks OpenAI Chat, from a vendor that speaks Anthropic Messages`,
    for: doingMore,
    client: meteredChat(ANTHROPIC_MODEL),
    vendor: streamedMessages(ANTHROPIC_MODEL),
    answer: { text: messagesText, usage: USAGE },
    weight: 3,
  },
};

export const workloadIds = Object.keys(workloads) as readonly WorkloadId[];

export const idleQuestion = chatQuestion({ model: IDLE_MODEL, bytes: KB, stream: 'yes' });
