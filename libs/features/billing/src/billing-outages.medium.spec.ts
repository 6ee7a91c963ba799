import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId, type JournalId, type LeaseId } from '@tollgate/contracts';
import { eventually } from '@tollgate/testing';
import { startBillingService, usageOf, type BillingService } from '../test-support/billing-service.js';

describe('billing and the stores that it tells', () => {
  let service: BillingService;

  beforeAll(async () => {
    service = await startBillingService();
  });
  afterAll(() => service.stop());
  beforeEach(() => {
    service.quotaStore.away = false;
  });

  it('gives back what the leases of a closed journal did not consume, after it is committed to its end', async () => {
    const id = await service.newOrganization('1.00');
    const journal = newId<JournalId>();
    const leaseId = `lease-${journal}` as LeaseId;
    const events = [1, 2].map((sequence) => usageOf(id, { leaseId, sequence }));
    const [first, last] = events;
    await service.eventLog.publish('usage', {
      id: `${journal}:2-2`,
      body: { journalId: journal, events: [last], closed: true },
    });
    await eventually(
      () => service.quotaStore.leases.get(leaseId)?.consumed === 4_500_000n,
      'the first consumption',
    );
    expect(service.quotaStore.reclaimed).not.toContain(journal);
    await service.eventLog.publish('usage', {
      id: `${journal}:1-1`,
      body: { journalId: journal, events: [first] },
    });
    await eventually(() => service.quotaStore.reclaimed.includes(journal), 'the leases to be reclaimed');
    expect(service.quotaStore.leases.get(leaseId)?.consumed).toBe(9_000_000n);
  });

  it('builds a quota store that lost its data anew, and gives live leases time', async () => {
    const id = await service.newOrganization('2.00');
    const journal = newId<JournalId>();
    await service.publishUsage(journal, [usageOf(id, { leaseId: `lease-${journal}` as LeaseId })]);
    await service.watermark(journal, 1);
    service.quotaStore.accounts.clear();
    service.quotaStore.leases.clear();
    service.quotaStore.blank = true;
    await eventually(() => !service.quotaStore.blank, 'the rebuild');
    const snapshot = service.quotaStore.rebuilds.at(-1);
    expect(snapshot?.recoverMs).toBe(5_000);
    expect(snapshot?.accounts).toContainEqual({
      account: `org:${id}`,
      credited: 2_000_000_000n,
      balance: 1_995_500_000n,
      version: expect.anything(),
    });
    expect(snapshot?.leases).toContainEqual({
      leaseId: `lease-${journal}`,
      account: `org:${id}`,
      consumed: 4_500_000n,
      consumedBefore: expect.anything(),
    });
  });

  it('goes on committing while the quota store is away, and catches up', async () => {
    const id = await service.newOrganization('2.00');
    const journal = newId<JournalId>();
    const leaseId = `lease-${journal}` as LeaseId;
    service.quotaStore.away = true;
    await service.publishUsage(journal, [usageOf(id, { leaseId })]);
    await service.watermark(journal, 1);
    expect(service.quotaStore.leases.has(leaseId)).toBe(false);
    service.quotaStore.away = false;
    await eventually(
      () => service.quotaStore.leases.get(leaseId)?.consumed === 4_500_000n,
      'the consumption',
    );
  });

  it('publishes watermarks late rather than never', async () => {
    const id = await service.newOrganization('2.00');
    const journal = newId<JournalId>();
    service.documents.away = true;
    const event = usageOf(id);
    await service.publishUsage(journal, [event]);
    await eventually(
      async () => (await service.get(`/requests/${event.id}`)).statusCode === 200,
      'the record',
    );
    service.documents.away = false;
    await service.watermark(journal, 1);
  });
});
