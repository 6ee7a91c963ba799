import { describe, expect, it } from '@jest/globals';
import { purgeForgetsPending } from './server-version.js';

describe('a NATS server that forgets what consumers have in hand when a part of a stream is purged', () => {
  it.each(['2.9.10', '2.9.14', '2.8.4', '1.0.0', '2.9.14-beta.1', '', 'unknown'])('is "%s"', (version) => {
    expect(purgeForgetsPending(version)).toBe(true);
  });

  it.each(['2.9.15', '2.9.25', '2.10.0', '2.12.1', '3.0.0', '2.10.7-RC.1'])('is not "%s"', (version) => {
    expect(purgeForgetsPending(version)).toBe(false);
  });
});
