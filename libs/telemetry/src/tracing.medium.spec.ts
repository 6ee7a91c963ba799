import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { trace } from '@opentelemetry/api';
import { startTracing } from './tracing.js';

describe('startTracing', () => {
  it('sends spans made by hand to the collector before it has shut down', async () => {
    const bodies: { url: string | undefined; text: string }[] = [];
    const collector = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        bodies.push({ url: request.url, text: Buffer.concat(chunks).toString('latin1') });
        response.end();
      });
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const { port } = collector.address() as AddressInfo;

    const tracing = await startTracing({ service: 'proxy-test', endpoint: `http://127.0.0.1:${port}/` });
    trace.getTracer('test').startSpan('relay').end();
    await tracing.shutdown();

    collector.close();
    expect(bodies).toHaveLength(1);
    expect(bodies[0]?.url).toBe('/v1/traces');
    expect(bodies[0]?.text).toContain('relay');
    expect(bodies[0]?.text).toContain('proxy-test');
  });
});
