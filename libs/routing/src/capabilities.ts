import { CAPABILITIES, type Capability } from '@tollgate/contracts';

/** A set of capabilities as the bits of a number: membership is one operation. */
export function capabilityBits(capabilities: readonly Capability[]): number {
  return capabilities.reduce((bits, capability) => bits | (1 << CAPABILITIES.indexOf(capability)), 0);
}

export function capabilitiesOf(bits: number): readonly Capability[] {
  return CAPABILITIES.filter((_, index) => (bits & (1 << index)) !== 0);
}
