import type { DialectId } from '@tollgate/contracts';

/** A JSON object as it came over the wire. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Opaque state that a vendor wants back unchanged: Anthropic's thinking signatures, Gemini's thought signatures,
 * encrypted reasoning of OpenAI Responses. Only worth something in the dialect that it came from.
 */
export interface Signature {
  readonly origin: DialectId;
  readonly value: string;
}

/** Where the bytes of an image, an audio clip or a file are. */
export type MediaSource =
  | { readonly kind: 'url'; readonly url: string }
  /** `data` is base64 without a `data:` prefix. */
  | { readonly kind: 'base64'; readonly data: string; readonly mediaType: string }
  /** A file stored at the vendor, under the vendor's id. */
  | { readonly kind: 'stored'; readonly id: string; readonly origin: DialectId; readonly mediaType?: string }
  /** A plain text document. */
  | { readonly kind: 'text'; readonly text: string };

/** A mark that the prompt up to here should be cached; as Anthropic writes it. */
export interface CacheMark {
  readonly ttl?: '5m' | '1h';
}

/** Where a sentence of the answer came from. Offsets count UTF-16 units within the text part. */
export interface Citation {
  readonly url: string | null;
  readonly title: string | null;
  readonly citedText: string | null;
  readonly start: number | null;
  readonly end: number | null;
  /** As the vendor wrote it, for a client of the same dialect. */
  readonly raw?: { readonly origin: DialectId; readonly value: unknown };
}

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  readonly citations?: readonly Citation[];
  readonly signature?: Signature;
  readonly cache?: CacheMark;
}

export interface ImagePart {
  readonly type: 'image';
  readonly source: MediaSource;
  /** OpenAI's `low`, `high`, `auto` …; a hint. */
  readonly detail?: string;
  readonly cache?: CacheMark;
}

export interface AudioPart {
  readonly type: 'audio';
  readonly source: MediaSource;
  readonly cache?: CacheMark;
}

/** A PDF, a text, a video: any other file. */
export interface FilePart {
  readonly type: 'file';
  readonly source: MediaSource;
  /** e.g. `application/pdf`; `null` when unknown. */
  readonly mediaType: string | null;
  readonly filename?: string;
  readonly title?: string;
  /** What the model is told about the document beside its contents (Anthropic). */
  readonly context?: string;
  /** The answer shall cite it (Anthropic). */
  readonly citations?: boolean;
  readonly cache?: CacheMark;
}

/** What the model thought before it answered. Empty `text` with a signature: hidden or redacted thinking. */
export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text: string;
  readonly signature?: Signature;
  /** The vendor hid it for safety (`redacted_thinking`); the signature holds all of it. */
  readonly redacted?: boolean;
  /** The vendor's id of the item (Responses). */
  readonly id?: string;
}

export interface ToolCallPart {
  readonly type: 'tool-call';
  readonly id: string;
  readonly name: string;
  /** JSON text of the arguments; `{}` when there are none. For `custom` tools: the free text itself. */
  readonly input: string;
  readonly kind: 'function' | 'custom';
  readonly signature?: Signature;
  readonly cache?: CacheMark;
}

export interface ToolResultPart {
  readonly type: 'tool-result';
  readonly toolCallId: string;
  /** Known where the dialect repeats it, or from the call earlier in the conversation. */
  readonly toolName?: string;
  readonly content: readonly (TextPart | ImagePart | AudioPart | FilePart | OpaquePart)[];
  readonly isError?: boolean;
  readonly kind: 'function' | 'custom';
  readonly cache?: CacheMark;
}

export interface RefusalPart {
  readonly type: 'refusal';
  readonly text: string;
}

/** Something that only one dialect knows, as it was written: calls and results of a vendor's built-in tools. */
export interface OpaquePart {
  readonly type: 'opaque';
  readonly origin: DialectId;
  /** The vendor's name of its kind, e.g. `web_search_call`, `server_tool_use`, `executableCode`. */
  readonly kind: string;
  readonly value: JsonObject;
}

export type Part =
  | TextPart
  | ImagePart
  | AudioPart
  | FilePart
  | ReasoningPart
  | ToolCallPart
  | ToolResultPart
  | RefusalPart
  | OpaquePart;

/** What a model answers with. */
export type AnswerPart =
  TextPart | ReasoningPart | ToolCallPart | RefusalPart | ImagePart | AudioPart | OpaquePart;
