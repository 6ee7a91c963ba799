import { demo } from './demo/demo.provider.js';
import { openai } from './openai/openai.provider.js';
import { openaiCompatible } from './openai-compatible/openai-compatible.provider.js';
import type { Provider } from './provider.js';

const ALL: readonly Provider[] = [openai, openaiCompatible, demo];

/** Every vendor that a channel can name, by id. The one list: validation, documentation and console derive from it. */
export const PROVIDERS: ReadonlyMap<string, Provider> = new Map(
  ALL.map((provider) => [provider.id, provider]),
);
