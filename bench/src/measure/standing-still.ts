import { type Subject } from './subject.ts';

/** Measures while the aftermaths of gateways stand still. What they were sent they do afterwards. */
export async function standingStill<Result>(
  subjects: readonly Subject[],
  measure: () => Promise<Result>,
): Promise<Result> {
  const servers = subjects.flatMap(({ gateway }) => gateway?.aftermath ?? []);
  for (const server of servers) server.pause();
  try {
    return await measure();
  } finally {
    for (const server of servers) server.resume();
  }
}
