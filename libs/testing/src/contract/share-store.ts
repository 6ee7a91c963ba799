import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Share, ShareStatement, ShareStore } from '@tollgate/admission';

/** The data of one test: nothing of another test is in it. */
export interface ShareStoreHarness {
  readonly store: ShareStore;
  /** Makes everything that was said so much older. */
  passTime(milliseconds: number): Promise<void>;
  /** Removes the data. */
  close(): Promise<void>;
}

const MAX = 100;
const LAPSE_MS = 65_000;
const TURN_MS = 1_000;
/** More than a process is silent for before it is taken to be gone. */
const SILENT_MS = 20_000;

/** The promises of the `ShareStore` port; every adapter passes them. */
export function describeShareStore(name: string, makeHarness: () => Promise<ShareStoreHarness>): void {
  describe(`share store: ${name}`, () => {
    let harness: ShareStoreHarness;

    beforeEach(async () => {
      harness = await makeHarness();
    });
    afterEach(() => harness.close());

    const state = async (
      holder: string,
      statement: Partial<ShareStatement> = {},
      leaving?: boolean,
    ): Promise<Share | undefined> => {
      const whole = { key: 'c', max: MAX, needs: 0, keep: 0, lapseMs: LAPSE_MS, ...statement };
      return (await harness.store.state(holder, [whole], leaving))[0];
    };

    it('grants all to one that is alone', async () => {
      expect(await state('one')).toEqual({ granted: 100, entitled: 100 });
    });

    it('grants no more than what others were not granted, and says what is due', async () => {
      await state('one', { needs: 20, keep: 20 });
      expect(await state('two')).toEqual({ granted: 0, entitled: 40 });
      expect(await state('one', { needs: 20, keep: 60 })).toEqual({ granted: 60, entitled: 60 });
      expect(await state('two')).toEqual({ granted: 40, entitled: 40 });
    });

    it('never takes what is kept', async () => {
      await state('one', { needs: 90, keep: 90 });
      expect(await state('two', { needs: 30, keep: 30 })).toMatchObject({ granted: 30 });
    });

    it('gives who needs little what it needs, and divides the rest among those that need more', async () => {
      await state('one', { needs: 10 });
      await state('two', { needs: 100 });
      await state('three', { needs: 100 });
      expect(await state('one', { needs: 10 })).toMatchObject({ entitled: 10 });
      expect(await state('two', { needs: 100 })).toMatchObject({ entitled: 45 });
      expect(await state('three', { needs: 100 })).toMatchObject({ entitled: 45 });
    });

    it('gives all to the only one in need', async () => {
      await state('one');
      await state('two');
      expect(await state('three', { needs: 100 })).toMatchObject({ entitled: 100 });
      expect(await state('one')).toMatchObject({ entitled: 0 });
    });

    it('gives what can not be divided to one after another, to who waited longest first', async () => {
      const names = ['one', 'two', 'three'];
      const had: string[] = [];
      for (let turn = 0; turn < 6; turn += 1) {
        // Twice: what one has, another gets only after it was given up.
        for (const holder of [...names, ...names]) {
          const share = await state(holder, { max: 1, needs: 1 });
          if (share?.granted === 1 && had.at(-1) !== holder) had.push(holder);
        }
        await harness.passTime(TURN_MS);
      }
      const [first, second, third] = had;
      expect(new Set([first, second, third])).toEqual(new Set(names));
      expect(had).toEqual([first, second, third, first, second, third]);
    });

    it('lets who waits have its turn once what it waits for is free', async () => {
      const one = { max: 1, needs: 1 };
      for (const holder of ['one', 'two', 'one'])
        await state(holder, { ...one, keep: holder === 'one' ? 1 : 0 });
      for (let turn = 0; turn < 3; turn += 1) {
        await harness.passTime(TURN_MS);
        expect(await state('one', { ...one, keep: 1 })).toEqual({ granted: 1, entitled: 0 });
        expect(await state('two', one)).toEqual({ granted: 0, entitled: 1 });
      }
      await state('one', one);
      expect(await state('two', one)).toEqual({ granted: 1, entitled: 1 });
    });

    it('keeps what a process that was killed may have used, until that has lapsed', async () => {
      await state('killed');
      await harness.passTime(SILENT_MS);
      expect(await state('alive')).toEqual({ granted: 0, entitled: 0 });
      await harness.passTime(LAPSE_MS - SILENT_MS + 1_000);
      expect(await state('alive')).toEqual({ granted: 100, entitled: 100 });
    });

    it('lets what lapses sooner lapse sooner', async () => {
      await state('killed', { lapseMs: 10_000 });
      await harness.passTime(9_000);
      expect(await state('alive', { lapseMs: 10_000 })).toMatchObject({ granted: 0 });
      await harness.passTime(2_000);
      expect(await state('alive', { lapseMs: 10_000 })).toMatchObject({ granted: 100 });
    });

    it('is free again, but for what was used, when a process ends', async () => {
      await state('ended', { needs: 10, keep: 10 });
      await state('ended', { needs: 10, keep: 10 }, true);
      expect(await state('alive')).toEqual({ granted: 90, entitled: 90 });
    });

    it('grants nothing more where a maximum was lowered below what others have', async () => {
      await state('one', { keep: 80 });
      expect(await state('two', { max: 50, needs: 50 })).toMatchObject({ granted: 0 });
    });

    it('answers many statements in their order', async () => {
      const caps = Array.from({ length: 600 }, (_, at) => ({
        ...{ key: `c${at}`, max: at + 1, needs: 0, keep: 0, lapseMs: LAPSE_MS },
      }));
      const shares = await harness.store.state('one', caps);
      expect(shares.map(({ granted }) => granted)).toEqual(caps.map(({ max }) => max));
    });
  });
}
