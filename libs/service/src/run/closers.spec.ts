import { describe, expect, it } from '@jest/globals';
import { Closers } from './closers.js';

describe('closers', () => {
  it('end what was started in reverse order, once', async () => {
    const ended: string[] = [];
    const closers = new Closers();
    closers.add(() => ended.push('first'));
    closers.add(
      async () => ended.push('second'),
      () => ended.push('third'),
    );
    await closers.close();
    await closers.close();
    expect(ended).toEqual(['third', 'second', 'first']);
  });

  it('end the others when one fails, and then say so', async () => {
    const ended: string[] = [];
    const closers = new Closers();
    closers.add(() => ended.push('database'));
    closers.add(() => Promise.reject(new Error('the proxy did not end')));
    await expect(closers.close()).rejects.toMatchObject({
      errors: [expect.objectContaining({ message: 'the proxy did not end' })],
    });
    expect(ended).toEqual(['database']);
  });
});
