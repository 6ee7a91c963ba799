import { ask, type Answer } from '../load/ask.ts';
import { type Expectation } from '../load/answer-check.ts';
import { type Gateway, type GatewayName } from '../gateways/gateway.ts';
import { DONE_EVENT, streamedText } from '../vendor/answers.ts';
import { wireRequest, workloads, type Workload, type WorkloadId } from '../workloads.ts';

export type SubjectName = GatewayName | 'direct';

/** What is asked in a run: a gateway, or the vendor itself. */
export interface Subject {
  readonly name: SubjectName;
  readonly port: number;
  readonly gateway: Gateway | undefined;
  readonly requests: Readonly<Record<WorkloadId, { wire: Buffer; expected: Expectation }>>;
}

/**
 * Looks closely at one answer of each kind: what has the vendor's content once has it each time, if status, length and end
 * are the same.
 *
 * @throws Error what is wrong with an answer
 */
export async function inspect(
  name: SubjectName,
  port: number,
  gateway: Gateway | undefined,
): Promise<Subject> {
  const examine = async (workload: Workload): Promise<{ wire: Buffer; expected: Expectation }> => {
    const wire = wireRequest(port, gateway?.headers ?? [], workload.body);
    const probe = async (): Promise<Answer> => accept(await ask(port, wire), workload);
    if (gateway === undefined) return { wire, expected: expectation(await probe(), workload) };
    // Configuration and credit may still be on their way to it.
    let answer: Answer | undefined;
    await gateway.server.ready(async () => (answer = await probe()), 30_000);
    if (answer === undefined) throw new Error(`${name} gave no answer.`);
    return { wire, expected: expectation(answer, workload) };
  };
  const { J1, J60, SB } = workloads;
  const requests = { J1: await examine(J1), J60: await examine(J60), SB: await examine(SB) };
  return { name, port, gateway, requests };
}

function expectation({ body }: Answer, { streams }: Workload): Expectation {
  return { bodyBytes: Buffer.byteLength(body), streams };
}

function accept(answer: Answer, workload: Workload): Answer {
  const { status, body } = answer;
  if (status !== 200) throw new Error(`${workload.id}: status ${status}: ${body.slice(0, 300)}`);
  const right = workload.streams ? isWholeStream(body) : isWholeJson(body);
  if (!right) throw new Error(`${workload.id}: not the vendor's answer: ${body.slice(0, 300)}`);
  return answer;
}

interface Completion {
  readonly choices: readonly {
    readonly message?: { readonly content: string };
    readonly delta?: { readonly content: string };
  }[];
  readonly usage?: { readonly completion_tokens: number };
}

function isWholeJson(body: string): boolean {
  const { choices, usage } = JSON.parse(body) as Completion;
  return choices[0]?.message?.content.startsWith('Yes. Yes. ') === true && usage?.completion_tokens === 200;
}

function isWholeStream(body: string): boolean {
  if (!body.endsWith(DONE_EVENT)) return false;
  const events = body.slice(0, -DONE_EVENT.length).split('\n\n').filter(Boolean);
  const text = events.map((event) => {
    const { choices } = JSON.parse(event.replace(/^data: /, '')) as Completion;
    return choices[0]?.delta?.content ?? '';
  });
  return text.join('') === streamedText;
}
