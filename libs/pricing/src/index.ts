export { compileSheet, isPriced, type CompiledSheet, type QuantityName } from './compiled-sheet.js';
export { typicalCost } from './typical-cost.js';
export { effectiveVersion } from './effective-version.js';
export { rate, rateTotal, type Charge, type ChargeLine } from './rate.js';
export { upperBound, type UpperBoundInput } from './upper-bound.js';
