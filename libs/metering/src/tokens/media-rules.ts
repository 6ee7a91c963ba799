import type { DialectId } from '@tollgate/contracts';
import type { ImageSize } from './image-size.js';
import { anthropicImageTokens, geminiImageTokens, openaiTileTokens } from './image-tokens.js';

/** What media cost in tokens, by a vendor's documentation. */
export interface MediaRules {
  imageTokens(size: ImageSize, detail?: string): number;
  readonly audioTokensPerSecond: number;
  readonly videoTokensPerSecond: number;
  /** Its text and its image together. */
  readonly pdfTokensPerPage: number;
}

/** A token for 100 ms of audio: https://platform.openai.com/docs/guides/realtime-costs */
const OPENAI: MediaRules = {
  imageTokens: (size, detail) => openaiTileTokens(size, detail),
  audioTokensPerSecond: 10,
  videoTokensPerSecond: 0,
  // Text and image of each page go in: https://platform.openai.com/docs/guides/pdf-files
  pdfTokensPerPage: 1_500,
};

/** 1,500 to 3,000 tokens a page: https://platform.claude.com/docs/en/build-with-claude/pdf-support#estimate-your-costs */
const ANTHROPIC: MediaRules = {
  imageTokens: (size) => anthropicImageTokens(size),
  audioTokensPerSecond: 0,
  videoTokensPerSecond: 0,
  pdfTokensPerPage: 2_250,
};

/** https://ai.google.dev/gemini-api/docs/tokens#multimodal-tokens; pages: https://ai.google.dev/gemini-api/docs/document-processing */
const GEMINI: MediaRules = {
  imageTokens: (size) => geminiImageTokens(size),
  audioTokensPerSecond: 32,
  videoTokensPerSecond: 263,
  pdfTokensPerPage: 258,
};

const RULES: Readonly<Record<DialectId, MediaRules>> = {
  'openai-chat': OPENAI,
  'openai-completions': OPENAI,
  'openai-responses': OPENAI,
  'anthropic-messages': ANTHROPIC,
  gemini: GEMINI,
  'bedrock-converse': ANTHROPIC,
  'cohere-chat': OPENAI,
};

/** The rules of the vendor whose language it is: who else speaks it rarely documents its own. */
export function mediaRulesOf(dialect: DialectId): MediaRules {
  return RULES[dialect];
}
