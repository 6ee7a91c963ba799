import { existsSync, readFileSync } from 'node:fs';
import { DIALECT_IDS, type DialectId } from '@tollgate/contracts';
import { inexpressible as anthropicMessages } from './anthropic-messages/inexpressible.js';
import type { CaseSubject } from './cases.js';
import { inexpressible as gemini } from './gemini/inexpressible.js';
import { inexpressible as openaiChat } from './openai-chat/inexpressible.js';
import { inexpressible as openaiResponses } from './openai-responses/inexpressible.js';

/** Dialects that are served and spoken alike: each pair of them is in the matrix. */
export const MATRIX_DIALECTS = DIALECT_IDS;
export type MatrixDialect = (typeof MATRIX_DIALECTS)[number];

/** Why a dialect has no fixture, by `<case>.<subject>`. */
export const INEXPRESSIBLE: Readonly<Record<MatrixDialect, Readonly<Record<string, string>>>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
};

const EXTENSION: Readonly<Record<CaseSubject, string>> = {
  request: 'request.json',
  response: 'response.json',
  stream: 'stream.sse',
};

function fileOf(dialect: DialectId, name: string, subject: CaseSubject): URL {
  return new URL(`${dialect}/${name}.${EXTENSION[subject]}`, import.meta.url);
}

/** What a client or a vendor of the dialect writes; `undefined`: there is no such fixture. */
export function fixture(dialect: DialectId, name: string, subject: CaseSubject): string | undefined {
  const file = fileOf(dialect, name, subject);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
