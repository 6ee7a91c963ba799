import { describe, expect, it } from '@jest/globals';
import { createMetrics } from '@tollgate/telemetry';
import { registerJournalMetrics } from './journal-metrics.js';

describe('metrics of the journal', () => {
  it('tell what was lost, skipped and shed, as it is when they are read', async () => {
    const registry = createMetrics({ service: 'proxy' });
    const status = {
      ...{ lastSequence: 0, committedThrough: 0 },
      ...{ bytes: 1, bytesMax: 2, openRequests: 3, unpublishedEvents: 4, writable: false, shedRequests: 5 },
      recovered: { journals: 6, interrupted: 7, skippedBytes: 8, missing: 9 },
    };
    registerJournalMetrics(registry, () => status);
    status.shedRequests = 50;
    const read = async (name: string): Promise<unknown> => {
      const metric = await registry.getSingleMetric(`tollgate_journal_${name}`)?.get();
      return metric?.values[0]?.value;
    };
    expect(await read('shed_requests')).toBe(50);
    expect(await read('recovered_skipped_bytes')).toBe(8);
    expect(await read('recovered_missing')).toBe(9);
    expect(await read('writable')).toBe(0);
  });
});
