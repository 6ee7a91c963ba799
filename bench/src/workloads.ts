/** What is asked: the same bytes of every gateway. */

export type WorkloadId = 'J1' | 'J60' | 'SB';

export interface Workload {
  readonly id: WorkloadId;
  readonly title: string;
  readonly body: Buffer;
  readonly streams: boolean;
  /** A warm-up or a sample is this often `scale` times. */
  readonly weight: number;
}

export const BENCH_MODEL = 'bench-model';
/** The vendor keeps streams of this model open until it is told to end them. */
export const IDLE_MODEL = 'bench-idle';
export const STREAM_CHUNKS = 200;

const SENTENCE = 'The quick gateway carries each request to its vendor and knows what it cost. ';

export const workloads: Readonly<Record<WorkloadId, Workload>> = {
  J1: workload('J1', '1 KB JSON in, 1.2 KB out', { bytes: 1_024, streams: false, weight: 8 }),
  J60: workload('J60', '60 KB JSON in, 1.2 KB out', { bytes: 61_440, streams: false, weight: 3 }),
  SB: workload('SB', `${STREAM_CHUNKS} SSE chunks in a burst`, { bytes: 1_024, streams: true, weight: 3 }),
};

export const idleBody = requestBody({ model: IDLE_MODEL, bytes: 1_024, streams: true });

interface WorkloadShape {
  readonly bytes: number;
  readonly streams: boolean;
  readonly weight: number;
}

function workload(id: WorkloadId, title: string, { bytes, streams, weight }: WorkloadShape): Workload {
  return { id, title, weight, streams, body: requestBody({ model: BENCH_MODEL, bytes, streams }) };
}

/** A chat request of exactly that many bytes, with as many turns as its length suggests. */
function requestBody({ model, bytes, streams }: { model: string; bytes: number; streams: boolean }): Buffer {
  const body = (lastTurn: string): Buffer =>
    Buffer.from(
      JSON.stringify({
        model,
        messages: [
          { role: 'system', content: 'Answer briefly, "in one line".\nNever guess.' },
          ...turns(Math.floor(bytes / 2_048)),
          { role: 'user', content: lastTurn },
        ],
        temperature: 0.2,
        max_tokens: 256,
        ...(streams && { stream: true }),
      }),
    );
  const missing = bytes - body('').length;
  return body(SENTENCE.repeat(Math.ceil(missing / SENTENCE.length)).slice(0, missing));
}

function turns(count: number): { role: string; content: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: `${index}: ${SENTENCE.repeat(20)}\n`,
  }));
}

/** The request as it goes over the wire. */
export function wireRequest(port: number, headers: readonly string[], body: Buffer): Buffer {
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    ...headers,
    'Accept: */*',
    'User-Agent: tollgate-bench',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}
