import { isDeepStrictEqual } from 'node:util';
import { type Gateway, type SubjectName } from '../gateways/gateway.ts';
import { type Expectation } from '../load/answer-check.ts';
import { ask, type Answer } from '../load/ask.ts';
import { wireRequest, type AnswerContent, type Question } from '../questions/question.ts';
import { workloads, type Workload, type WorkloadId } from '../workloads.ts';

/** Who is asked in a run, with what. */
export interface Subject {
  readonly name: SubjectName;
  readonly port: number;
  readonly gateway: Gateway | undefined;
  /** Without those workloads that are for others. */
  readonly requests: Readonly<Partial<Record<WorkloadId, SubjectRequest>>>;
}

export interface SubjectRequest {
  readonly wire: Buffer;
  readonly expected: Expectation;
}

/** Whether it is asked a workload. */
export function isAsked({ requests }: Subject, id: WorkloadId): boolean {
  return requests[id] !== undefined;
}

/** @throws Error if it is not asked that */
export function requestOf({ name, requests }: Subject, id: WorkloadId): SubjectRequest {
  const request = requests[id];
  if (request === undefined) throw new Error(`${id} is not for ${name}`);
  return request;
}

/** @throws Error who was asked what when the work failed */
export async function naming<Result>(
  { name }: Subject,
  id: WorkloadId,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${name}, ${id}: ${message}. The run does not count.`, { cause: error });
  }
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
  const examine = async (workload: Workload): Promise<SubjectRequest> => {
    const question = gateway === undefined ? workload.vendor : workload.client;
    const headers = workload.limited === true ? gateway?.limitedHeaders : gateway?.headers;
    const wire = wireRequest(port, headers ?? [], question);
    const probe = async (): Promise<Expectation> => accept(await ask(port, wire), question, workload);
    if (gateway === undefined) return { wire, expected: await probe() };
    // Configuration and credit may still be on their way to it.
    let expected: Expectation | undefined;
    await gateway.server.ready(async () => (expected = await probe()), 30_000);
    if (expected === undefined) throw new Error(`${name} gave no answer.`);
    return { wire, expected };
  };
  const requests: Partial<Record<WorkloadId, SubjectRequest>> = {};
  for (const workload of Object.values(workloads)) {
    if (workload.for.includes(name)) requests[workload.id] = await examine(workload);
  }
  return { name, port, gateway, requests };
}

/**
 * @returns what each further answer has to be like
 * @throws Error what is wrong with this one
 */
export function accept(
  { status, body }: Answer,
  { read, streamEnd }: Question,
  { id, answer }: Pick<Workload, 'id' | 'answer'>,
): Expectation {
  const complain = (what: string): Error => new Error(`${id}: ${what}: ${body.slice(0, 300)}`);
  if (status !== 200) throw complain(`status ${status}`);
  let content: AnswerContent;
  try {
    content = read(body);
  } catch (error) {
    throw complain(error instanceof Error ? error.message : String(error));
  }
  if (content.text !== answer.text) throw complain("not the vendor's text");
  if (!isDeepStrictEqual(content.usage, answer.usage))
    throw complain(`usage ${JSON.stringify(content.usage)} instead of ${JSON.stringify(answer.usage)}`);
  return { bodyBytes: Buffer.byteLength(body), streamEnd };
}
