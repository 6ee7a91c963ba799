import type { DialectId } from '@tollgate/contracts';
import type { CacheMark, JsonObject, Part, TextPart } from './part.js';

/**
 * One turn. Tool results have a role of their own, whatever the dialect puts them into; a `system` message stands only
 * behind the first other one (those before it are `CanonicalRequest.system`).
 */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: readonly Part[];
  /** OpenAI's name of the participant. */
  readonly name?: string;
}

export interface FunctionTool {
  readonly type: 'function';
  readonly name: string;
  readonly description?: string;
  /** JSON schema of the arguments; absent: none. */
  readonly parameters?: JsonObject;
  readonly strict?: boolean;
  readonly cache?: CacheMark;
}

/** Takes free text instead of JSON (OpenAI). */
export interface CustomTool {
  readonly type: 'custom';
  readonly name: string;
  readonly description?: string;
  /** A grammar for the text, as OpenAI writes it. */
  readonly format?: JsonObject;
}

export const BUILTIN_KINDS = [
  'web-search',
  'web-fetch',
  'code-execution',
  'computer-use',
  'file-search',
  'image-generation',
  'text-editor',
  'shell',
  'memory',
  'mcp',
  'maps',
  'other',
] as const;
export type BuiltinKind = (typeof BUILTIN_KINDS)[number];

/** A tool that the vendor runs itself, as the client wrote it. */
export interface BuiltinTool {
  readonly type: 'builtin';
  readonly kind: BuiltinKind;
  readonly origin: DialectId;
  readonly value: JsonObject;
}

export type Tool = FunctionTool | CustomTool | BuiltinTool;

export type ToolChoice =
  | { readonly type: 'auto' | 'none' | 'required' }
  | { readonly type: 'tool'; readonly name: string; readonly kind: 'function' | 'custom' }
  /** Only some of the tools may be called. */
  | { readonly type: 'allowed'; readonly mode: 'auto' | 'required'; readonly names: readonly string[] }
  /** A built-in tool, as the client wrote it. */
  | { readonly type: 'builtin'; readonly origin: DialectId; readonly value: JsonObject };

export type ResponseFormat =
  | { readonly type: 'text' }
  /** Any JSON. */
  | { readonly type: 'json' }
  | {
      readonly type: 'json-schema';
      readonly name: string;
      readonly schema: JsonObject;
      readonly description?: string;
      readonly strict?: boolean;
    };

export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof EFFORTS)[number];

/** How much the model shall think. Absent from a request: as the vendor does by default. */
export interface ReasoningRequest {
  /** `none`: not at all. */
  readonly effort?: Effort;
  /** Most tokens to think with; -1 leaves it to the model (Gemini's dynamic budget). */
  readonly budgetTokens?: number;
  /** The client wants to see (a summary of) the thoughts; absent: as the vendor does by default. */
  readonly visible?: boolean;
  /** OpenAI's kind of summary: `auto`, `concise`, `detailed`. */
  readonly summary?: string;
}

export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly seed?: number;
}

/** A request to generate, in no dialect and in all of them. */
export interface CanonicalRequest {
  /** The dialect that the client wrote it in. */
  readonly origin: DialectId;
  /** As the client named it. */
  readonly model: string;
  readonly stream: boolean;
  /** Instructions before the conversation, in order. */
  readonly system: readonly TextPart[];
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly responseFormat?: ResponseFormat;
  readonly outputTokensMax?: number;
  readonly stopSequences: readonly string[];
  readonly sampling: Sampling;
  readonly reasoning?: ReasoningRequest;
  /** Answers wanted (`n`); 1 when absent. */
  readonly choices?: number;
  /** Log probabilities of the output tokens, and of so many alternatives to each. */
  readonly logprobs?: { readonly top: number };
  readonly logitBias?: JsonObject;
  readonly serviceTier?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** The tenant's own id of its end user. */
  readonly user?: string;
  /** Keeps prompts with the same beginning on one cache (OpenAI). */
  readonly promptCacheKey?: string;
  /**
   * Other members of the request, as they were written: kept by an encoder of the same dialect, told as `dropped` by
   * any other.
   */
  readonly extensions: JsonObject;
  /**
   * Members that ask for nothing but what is done anyway (`store: false`): kept by an encoder of the same dialect, passed
   * over in silence by any other.
   */
  readonly fulfilled?: JsonObject;
}

/** Names of the parameters that a vendor may not take; what it does not take is left out with a warning. */
export type Parameter =
  | keyof Sampling
  | 'choices'
  | 'logitBias'
  | 'logprobs'
  | 'metadata'
  | 'parallelToolCalls'
  | 'promptCacheKey'
  | 'reasoning'
  | 'serviceTier'
  | 'stopSequences'
  | 'user';
