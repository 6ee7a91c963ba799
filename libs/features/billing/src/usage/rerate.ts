import type { NanoUsd, UsageRecordedV1 } from '@tollgate/contracts';
import { rate, type ChargeLine, type CompiledSheet } from '@tollgate/pricing';
import type { Finding, FindingKind } from '../findings/finding.js';

/** An event with the amounts that go to the ledger. */
export interface RatedEvent {
  readonly event: UsageRecordedV1;
  /** What the organisation is charged. */
  readonly charge: NanoUsd;
  readonly lines: readonly ChargeLine[];
  readonly vendorCost: NanoUsd;
  readonly findings: readonly Finding[];
}

/** What a proxy tells of its full journal, with a request that ends then: it says nothing of that request. */
const SHED = 'journal_shed:';

/**
 * Charges an event by the price card version that it names, not by what the proxy says: the ledger takes only what
 * its own records explain. Where the two differ, the proxy's figure stands in a finding. Only when the version is
 * unknown is the proxy believed, as it held the card when it charged.
 */
export function rerate(event: UsageRecordedV1, sheet: CompiledSheet | undefined): RatedEvent {
  const { charge, lines, finding } = chargeOf(event, sheet);
  const reportedCost = BigInt(event.vendorCost);
  const findings: Finding[] = finding === undefined ? [] : [finding];
  if (reportedCost < 0n) findings.push(about(event, 'negative_vendor_cost', { reported: event.vendorCost }));
  const counts = event.findings.filter((finding) => !finding.startsWith(SHED));
  if (counts.length > 0) findings.push(about(event, 'vendor_counts', { counts }));
  for (const finding of event.findings) {
    if (finding.startsWith(SHED))
      findings.push(about(event, 'journal_shed', { requests: Number(finding.slice(SHED.length)) }));
  }
  return { event, charge, lines, vendorCost: atLeastZero(reportedCost), findings };
}

function chargeOf(
  event: UsageRecordedV1,
  sheet: CompiledSheet | undefined,
): { charge: NanoUsd; lines: readonly ChargeLine[]; finding?: Finding } {
  const reported = BigInt(event.charge);
  if (event.priceCard === null) {
    if (reported === 0n) return { charge: 0n, lines: [] };
    return {
      charge: 0n,
      lines: [],
      finding: about(event, 'charge_without_price', { reported: event.charge }),
    };
  }
  if (sheet === undefined) {
    const finding = about(event, 'unknown_price_version', { reported: event.charge, ...event.priceCard });
    return { charge: atLeastZero(reported), lines: [], finding };
  }
  // Nothing was counted: the request reached no vendor, or got nothing from it, and costs nothing, perCall included.
  const rated = event.usageSource === 'none' ? { total: 0n, lines: [] } : rate(event.usage, sheet);
  if (rated.total === reported) return { charge: rated.total, lines: rated.lines };
  const details = { reported: event.charge, charged: rated.total.toString(), ...event.priceCard };
  return { charge: rated.total, lines: rated.lines, finding: about(event, 'charge_mismatch', details) };
}

const atLeastZero = (amount: NanoUsd): NanoUsd => (amount < 0n ? 0n : amount);

function about(event: UsageRecordedV1, kind: FindingKind, details: Finding['details']): Finding {
  return {
    kind,
    requestId: event.id,
    organizationId: event.organization.id,
    sequence: event.sequence,
    details,
  };
}
