export { ChannelRules, type RequestKind } from './channel-rules.js';
export type { HeaderList } from './header-list.js';
export { HeaderRules } from './header-rules.js';
export type { RequestTransform, TransformedRequest } from './request-transform.js';
export { RuleError } from './rule-error.js';
export type { TransformContext } from './transform-state.js';
