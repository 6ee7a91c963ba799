import type { DialectId } from '@tollgate/contracts';
import type { Dialect } from './dialect.js';
import { openaiChat } from './openai-chat/index.js';

/** Every dialect that the gateway speaks. */
export const DIALECTS = { 'openai-chat': openaiChat } as const satisfies Partial<Record<DialectId, Dialect>>;
