import { describe, expect, it } from '@jest/globals';
import { describeForgetting } from './forgetting.js';
import { describeGivingBack } from './giving-back.js';
import { describeGranting } from './granting.js';
import { quotaGround } from './ground.js';
import type { QuotaStoreHarness } from './harness.js';
import { describeQuotaInvariant } from './invariant.js';
import { describeLosingData } from './losing-data.js';
import { describeProjecting } from './projecting.js';
import { describeReclaiming } from './reclaiming.js';

export interface QuotaStoreSuiteOptions {
  /** Random histories to try. */
  readonly histories: number;
}

/** The promises of the `QuotaStore` port; every adapter passes them. */
export function describeQuotaStore(
  name: string,
  makeHarness: () => Promise<QuotaStoreHarness>,
  options: QuotaStoreSuiteOptions,
): void {
  describe(`quota store: ${name}`, () => {
    const ground = quotaGround(makeHarness);

    describeGranting(ground);
    describeGivingBack(ground);
    describeProjecting(ground);
    describeReclaiming(ground);
    describeForgetting(ground);
    describeLosingData(ground);

    it('answers pings', async () => {
      await expect(ground.store.ping()).resolves.toBeUndefined();
    });

    describeQuotaInvariant(makeHarness, options.histories);
  });
}
