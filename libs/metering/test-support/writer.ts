// A process that journals requests until it is killed: the subject of file-journal-kill.spec.ts.
// It writes down what it did, each line after the deed: "s <id>" started, "e <id>" ended and the turn over.
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { newId, systemClock, type RequestId } from '@tollgate/contracts';
import { FileJournal, type JournalEnd, type JournalStart, type StartedRequest } from '../src/index.js';

const [directory = '', notes = '', startTemplate = '', endTemplate = ''] = process.argv.slice(2);
const start = JSON.parse(startTemplate) as JournalStart;
const end = JSON.parse(endTemplate) as JournalEnd;
const nothing = async (): Promise<undefined> => undefined;
const deeds = openSync(join(notes, 'deeds'), 'a');
const log = openSync(join(notes, 'published'), 'a');

const journal = await FileJournal.open({
  directory,
  // A log that takes every message and is never consumed.
  eventLog: {
    publish: async (_topic, message) => {
      writeSync(log, `${JSON.stringify(message)}\n`);
    },
    consume: async () => ({ stop: nothing }),
    deadLetters: { list: async () => [], replay: async () => false, discard: async () => false },
    ping: nothing,
    close: nothing,
  },
  documents: {
    bucket: () => ({
      get: nothing,
      put: async () => 1,
      create: async () => true,
      delete: nothing,
      watch: async () => ({ stop: nothing }),
    }),
    ping: nothing,
    close: nothing,
  },
  clock: systemClock,
  logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  limits: { segmentBytes: 20_000, batchEventsMax: 7, batchDelayMs: 1, syncIntervalMs: 2 },
});

const running: StartedRequest[] = [];
let ready = false;
const turn = async (): Promise<void> => {
  const ids = Array.from({ length: 1 + Math.random() * 3 }, () => newId<RequestId>());
  const started = await Promise.all(ids.map((id) => journal.start({ ...start, id })));
  for (const id of ids) writeSync(deeds, `s ${id}\n`);
  running.push(...started);
  if (!ready) process.send?.('ready');
  ready = true;
  const ended = running.splice(0, Math.random() * 5);
  for (const one of ended) journal.end(one, { ...end, id: one.entry.id });
  // The journal planned its own write of the ends first.
  setImmediate(() => {
    for (const { entry } of ended) writeSync(deeds, `e ${entry.id}\n`);
    setImmediate(() => void turn());
  });
};
void turn();
