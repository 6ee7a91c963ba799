import type { ImageSize } from './image-size.js';

export interface TileRule {
  readonly baseTokens: number;
  readonly tileTokens: number;
}

/** GPT-4o, 4.1 and 4.5. */
const GPT_4O_TILES: TileRule = { baseTokens: 85, tileTokens: 170 };

/**
 * OpenAI's rule of tiles: fitted into 2048 × 2048, then the shorter side to 768, then so many for each tile of 512 × 512.
 * `detail: low` costs the base alone.
 *
 * https://platform.openai.com/docs/guides/images-vision#calculating-costs
 */
export function openaiTileTokens(size: ImageSize, detail?: string, rule = GPT_4O_TILES): number {
  if (detail === 'low') return rule.baseTokens;
  const fitted = fitInto(size, 2_048);
  const shorter = Math.min(fitted.width, fitted.height);
  const { width, height } = scaled(fitted, Math.min(1, 768 / shorter));
  return rule.baseTokens + rule.tileTokens * Math.ceil(width / 512) * Math.ceil(height / 512);
}

/**
 * OpenAI's rule of patches, for its newer and small models: one for each patch of 32 × 32, of an image that is scaled
 * down until it has no more than 1536 of them, times a factor of the model.
 *
 * https://platform.openai.com/docs/guides/images-vision#calculating-costs
 */
export function openaiPatchTokens(size: ImageSize, factor = 1, patchesMax = 1_536): number {
  const patches = Math.ceil(size.width / 32) * Math.ceil(size.height / 32);
  return Math.ceil(Math.min(patches, patchesMax) * factor);
}

/**
 * Anthropic's rule: a token for 750 pixels, of an image that is scaled down to 1568 on the longer side and about 1600
 * tokens.
 *
 * https://platform.claude.com/docs/en/build-with-claude/vision#evaluate-image-size
 */
export function anthropicImageTokens(size: ImageSize): number {
  const { width, height } = fitInto(size, 1_568);
  return Math.min(1_600, Math.ceil((width * height) / 750));
}

const GEMINI_TILE_TOKENS = 258;

/**
 * Gemini's rule: 258 for a small image (384 at most on both sides) and for each tile of a larger one, which is fitted
 * into 3072 × 3072; a tile is as wide as two thirds of the shorter side, from 256 to 768.
 *
 * https://ai.google.dev/gemini-api/docs/image-understanding#token-calculation
 */
export function geminiImageTokens(size: ImageSize): number {
  if (size.width <= 384 && size.height <= 384) return GEMINI_TILE_TOKENS;
  const { width, height } = fitInto(size, 3_072);
  const tile = Math.min(768, Math.max(256, Math.floor(Math.min(width, height) / 1.5)));
  return GEMINI_TILE_TOKENS * Math.ceil(width / tile) * Math.ceil(height / tile);
}

function fitInto(size: ImageSize, edge: number): ImageSize {
  return scaled(size, Math.min(1, edge / Math.max(size.width, size.height)));
}

function scaled({ width, height }: ImageSize, factor: number): ImageSize {
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}
