import type { Expectation, Reading } from './recording.ts';

/** What a client read differently from what the recording carries; empty when it is the same. */
export function differences(read: Reading, expected: Expectation): string[] {
  const found: string[] = [];
  const refusalLength = expected.refusal?.length ?? 0;
  if (read.text.length !== expected.textLength + refusalLength) {
    found.push(`text of ${read.text.length} characters instead of ${expected.textLength + refusalLength}`);
  }
  const [tools, wanted] = [read.tools, expected.tools].map((list) => JSON.stringify(list.map(sorted)));
  if (tools !== wanted) found.push(`tools ${tools} instead of ${wanted}`);
  // A refusal ends as a refusal where the dialect has a word for it.
  const stop = expected.stop === 'stop_sequence' ? 'stop' : expected.stop;
  const refused = expected.refusal !== null && read.stop === 'filter';
  if (stop !== null && read.stop !== stop && !refused) found.push(`stop "${read.stop}" instead of "${stop}"`);
  if (expected.usage !== null && !sameUsage(read.usage, expected.usage)) {
    found.push(`usage ${JSON.stringify(read.usage)} instead of ${JSON.stringify(expected.usage)}`);
  }
  return found;
}

function sameUsage(read: Reading['usage'], expected: NonNullable<Reading['usage']>): boolean {
  return read !== null && read.input === expected.input && read.output === expected.output;
}

/** The order of members is no part of an argument. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}
