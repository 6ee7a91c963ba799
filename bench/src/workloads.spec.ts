import { describe, expect, it } from '@jest/globals';
import { workloadIds, workloads } from './workloads.js';

describe('the workloads', () => {
  it.each(workloadIds)('ask with a body of exactly that many bytes, which is JSON: %s', (id) => {
    const { client, vendor } = workloads[id];
    for (const { body, streamEnd } of [client, vendor]) {
      expect(body).toHaveLength(id === 'J60' ? 61_440 : 1_024);
      expect(JSON.parse(body.toString()).stream ?? false).toBe(streamEnd !== undefined);
    }
  });

  it('ask only those to translate who do, and the vendor in its own dialect', () => {
    const paths = workloadIds.map((id) => {
      const { for: subjects, client, vendor } = workloads[id];
      return [id, subjects.length, client.path, vendor.path];
    });
    expect(paths).toEqual([
      ['J1', 8, '/v1/chat/completions', '/v1/chat/completions'],
      ['JL', 4, '/v1/chat/completions', '/v1/chat/completions'],
      ['J60', 8, '/v1/chat/completions', '/v1/chat/completions'],
      ['SB', 8, '/v1/chat/completions', '/v1/chat/completions'],
      ['AO', 3, '/v1/messages', '/v1/chat/completions'],
      ['OA', 3, '/v1/chat/completions', '/v1/messages'],
    ]);
  });
});
