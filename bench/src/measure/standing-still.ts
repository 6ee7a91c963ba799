import { type ServerProcess } from '../process/server-process.ts';

/** Measures while a server, if there is one, does nothing. What it was sent it does afterwards. */
export async function standingStill<Result>(
  server: ServerProcess | undefined,
  measure: () => Promise<Result>,
): Promise<Result> {
  server?.pause();
  try {
    return await measure();
  } finally {
    server?.resume();
  }
}
