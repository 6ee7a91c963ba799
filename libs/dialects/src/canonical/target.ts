import type { Parameter } from './request.js';

/**
 * How a vendor wants to be told how much to think.
 *
 * - `none`: it can't be told.
 * - `effort`: `reasoning_effort` (Chat), `reasoning.effort` (Responses).
 * - `openrouter`: `reasoning: {effort | max_tokens | enabled}`.
 * - `thinking-type`: `thinking: {type: "enabled" | "disabled"}` (DeepSeek, Zhipu, Moonshot, Volcengine).
 * - `enable-thinking`: `enable_thinking`, `thinking_budget` (Qwen at DashScope, SiliconFlow).
 * - `chat-template`: `chat_template_kwargs: {enable_thinking}` (vLLM and others that render templates).
 * - `anthropic-budget`: `thinking: {type: "enabled", budget_tokens}`.
 * - `anthropic-adaptive`: `thinking: {type: "adaptive"}` and `output_config: {effort}`.
 * - `gemini-budget`: `thinkingConfig: {thinkingBudget}`; `gemini-level`: `thinkingConfig: {thinkingLevel}`.
 */
export const REASONING_CONTROLS = [
  'none',
  'effort',
  'openrouter',
  'thinking-type',
  'enable-thinking',
  'chat-template',
  'anthropic-budget',
  'anthropic-adaptive',
  'gemini-budget',
  'gemini-level',
] as const;
export type ReasoningControl = (typeof REASONING_CONTROLS)[number];

/** What a vendor, and the model asked there, can take: data of the provider, read by encoders of requests. */
export interface TargetProfile {
  /** The vendor's name of the model. */
  readonly model: string;
  /** The member that limits the output in a Chat request. */
  readonly outputLimitField: 'max_tokens' | 'max_completion_tokens';
  /** For dialects that demand a limit, when the client sets none. */
  readonly outputTokensDefault: number;
  readonly reasoning: ReasoningControl;
  /**
   * Where a Chat vendor wants earlier reasoning back within an assistant message: `reasoning_content` (DeepSeek, Kimi
   * and most), `reasoning` (Groq, OpenRouter without signatures), `reasoning_details` (OpenRouter), or nowhere.
   */
  readonly reasoningHistory: 'reasoning_content' | 'reasoning' | 'reasoning_details' | 'none';
  /** Parameters that the vendor refuses or ignores. */
  readonly unsupported: ReadonlySet<Parameter>;
  /** Media that the model takes; what it does not take is refused. */
  readonly images: boolean;
  readonly audio: boolean;
  readonly files: boolean;
  /** The vendor fetches images, or files, from URLs itself; else the gateway fetches them first. */
  readonly imageUrls: boolean;
  readonly fileUrls: boolean;
  readonly tools: boolean;
  /** Best that the vendor offers; a schema that can't be sent is written into the instructions, with a warning. */
  readonly structuredOutput: 'json-schema' | 'json-object' | 'none';
  /** The form of tool call ids that the vendor insists on: nine letters and digits (Mistral), or none. */
  readonly toolCallIds: 'any' | 'nine-alphanumeric';
  /** `system` messages are written with this role. */
  readonly systemRole: 'system' | 'developer' | 'user';
  /** Function calls in the history need a signature (Gemini 3); calls of other vendors get the documented stand-in. */
  readonly callSignatures: boolean;
  /** Marks of what to cache are understood; a vendor that knows them may refuse them for some models (Bedrock). */
  readonly cacheMarks: boolean;
  /** The vendor counts tokens in a stream only when asked by `stream_options.include_usage`. */
  readonly streamUsage: boolean;
}

/** A vendor that takes everything; providers say what differs. */
export const FULL_TARGET: Omit<TargetProfile, 'model'> = {
  outputLimitField: 'max_tokens',
  outputTokensDefault: 8_192,
  reasoning: 'effort',
  reasoningHistory: 'none',
  unsupported: new Set(),
  images: true,
  audio: true,
  files: true,
  imageUrls: true,
  fileUrls: true,
  tools: true,
  structuredOutput: 'json-schema',
  toolCallIds: 'any',
  systemRole: 'system',
  callSignatures: false,
  cacheMarks: true,
  streamUsage: true,
};
