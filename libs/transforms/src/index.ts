export { RequestTransform, type TransformedRequest } from './request-transform.js';
export { RuleError } from './rule-error.js';
export type { TransformContext } from './transform-state.js';
