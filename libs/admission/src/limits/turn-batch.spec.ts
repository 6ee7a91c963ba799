import { describe, expect, it } from '@jest/globals';
import { TurnBatch } from './turn-batch.js';

describe('a batch of a turn', () => {
  const doubling = (most: number) => {
    const asked: (readonly number[])[] = [];
    const batch = new TurnBatch<number, number>(
      async (questions) => {
        asked.push(questions);
        if (questions.includes(13)) throw new Error('unlucky');
        return questions.map((question) => question * 2);
      },
      most,
      20,
    );
    return { asked, batch };
  };

  it('asks what comes up in one turn in one go, and gives each its own answer', async () => {
    const { asked, batch } = doubling(10);
    expect(await Promise.all([batch.add(1), batch.add(2), batch.add(3)])).toEqual([2, 4, 6]);
    expect(await batch.add(4)).toBe(8);
    expect(asked).toEqual([[1, 2, 3], [4]]);
  });

  it('asks what can wait together with what comes up next, in their order', async () => {
    const { asked, batch } = doubling(10);
    const patient = batch.addPatiently(1);
    expect(await batch.add(2)).toBe(4);
    expect(await patient).toBe(2);
    expect(asked).toEqual([[1, 2]]);
  });

  it('asks what can wait after a while when nothing else comes up', async () => {
    const { asked, batch } = doubling(10);
    expect(await Promise.all([batch.addPatiently(1), batch.addPatiently(2)])).toEqual([2, 4]);
    expect(asked).toEqual([[1, 2]]);
  });

  it('asks at once what waits when it is to end', async () => {
    const { asked, batch } = doubling(10);
    const answer = batch.add(1);
    await batch.flush();
    expect(asked).toEqual([[1]]);
    expect(await answer).toBe(2);
  });

  it('asks no more than so many together, and fails those together that were asked together', async () => {
    const { asked, batch } = doubling(2);
    const answers = await Promise.allSettled([13, 2, 3].map((question) => batch.add(question)));
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(asked).toEqual([[13, 2], [3]]);
  });
});
