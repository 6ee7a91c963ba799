import { describe, expect, it } from '@jest/globals';
import { startTracing } from './tracing.js';

describe('startTracing', () => {
  it('does nothing without an endpoint', async () => {
    const tracing = await startTracing({ service: 'proxy' });
    await expect(tracing.shutdown()).resolves.toBeUndefined();
  });
});
