import type {
  FilePart,
  JsonObject,
  MediaSource,
  Part,
  Signature,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../canonical/part.js';
import type { Message } from '../canonical/request.js';
import { unpackSignatureBase64, unpackToolCallId } from '../canonical/signature.js';
import { arrayOf, given, objectOf, textOf } from '../json/tolerant.js';
import {
  DIALECT,
  part as partSchema,
  type GenerateContentRequest,
  type WireContent,
  type WirePart,
} from './wire.js';

/** Instructions; their parts are texts. */
export function decodeSystem(instruction: GenerateContentRequest['systemInstruction']): TextPart[] {
  if (instruction === null || instruction === undefined) return [];
  if (typeof instruction === 'string') return [{ type: 'text', text: instruction }];
  return (instruction.parts ?? []).flatMap(({ text }) =>
    text === null || text === undefined ? [] : [{ type: 'text', text }],
  );
}

export function decodeContents(contents: readonly WireContent[]): Message[] {
  const calls = new CallIds();
  return contents.flatMap(({ role, parts }) => {
    const decoded = (parts ?? []).map((part) => decodePart(part, calls));
    if (role === 'model') return [{ role: 'assistant', content: decoded }];
    return userMessages(decoded);
  });
}

/** Results have a message of their own; the order stays. */
function userMessages(parts: readonly Part[]): Message[] {
  const messages: { role: 'user' | 'tool'; content: Part[] }[] = [];
  for (const part of parts) {
    const role = part.type === 'tool-result' ? 'tool' : 'user';
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(part);
    else messages.push({ role, content: [part] });
  }
  return messages.length === 0 ? [{ role: 'user', content: [] }] : messages;
}

/** What an id looks like that was made for a call in a request: the vendor is given none instead. */
const MADE_ID = /^call_\d+_/;

export function isMadeId(id: string): boolean {
  return MADE_ID.test(id);
}

interface OpenCall {
  readonly id: string;
  answered: boolean;
}

/** Calls in their order; those before `next` are answered. */
interface CallQueue {
  readonly calls: OpenCall[];
  next: number;
}

/**
 * Ids of calls: the dialect's calls mostly have none, so they are made from the position and the name, and results find
 * their call by name and order.
 */
export class CallIds {
  private count = 0;

  /** `answerId`: tells calls of this answer from those of other answers in the same conversation. */
  constructor(private readonly answerId = '') {}

  private readonly byName = new Map<string, CallQueue>();
  private readonly byId = new Map<string, CallQueue>();

  call(name: string, given?: string | null): string {
    const place = this.answerId === '' ? `${this.count}_` : `${plain(this.answerId)}-${this.count}_`;
    const id = given ?? `call_${place}${plain(name)}`;
    this.count += 1;
    const call: OpenCall = { id: unpackToolCallId(id).id, answered: false };
    enqueue(this.byName, name, call);
    enqueue(this.byId, call.id, call);
    return id;
  }

  result(name: string, given?: string | null): string {
    const id = given === null || given === undefined ? undefined : unpackToolCallId(given).id;
    const found = id === undefined ? answer(this.byName.get(name)) : answer(this.byId.get(id));
    return id ?? found?.id ?? `call_${plain(name)}`;
  }
}

function enqueue(queues: Map<string, CallQueue>, key: string, call: OpenCall): void {
  const queue = queues.get(key);
  if (queue === undefined) queues.set(key, { calls: [call], next: 0 });
  else queue.calls.push(call);
}

/** Takes the first call that has no result yet. */
function answer(queue: CallQueue | undefined): OpenCall | undefined {
  while (queue !== undefined && queue.next < queue.calls.length) {
    const call = queue.calls[queue.next];
    queue.next += 1;
    if (call?.answered !== false) continue;
    call.answered = true;
    return call;
  }
  return undefined;
}

/** In letters that ids of calls may have anywhere. */
function plain(text: string): string {
  return text.replace(/[^\w-]/g, '_').slice(0, 24);
}

function decodePart(part: WirePart, calls: CallIds): Part {
  const { functionCall, functionResponse, inlineData, fileData, text, thought } = part;
  const signature = given('signature', signatureOf(part.thoughtSignature));
  if (typeof text === 'string' || isHiddenThought(part)) {
    return { type: thought === true ? 'reasoning' : 'text', text: text ?? '', ...signature };
  }
  if (functionCall) return decodeCall(functionCall, signature, calls);
  if (functionResponse) return decodeResult(functionResponse, calls);
  if (inlineData) return decodeInline(inlineData);
  if (fileData) return decodeFile(fileData);
  return { type: 'opaque', origin: DIALECT, kind: kindOf(part), value: part };
}

/** Nothing but the signature of what was thought. */
function isHiddenThought({ thought, thoughtSignature, ...rest }: WirePart): boolean {
  return thought === true && typeof thoughtSignature === 'string' && Object.keys(rest).length === 0;
}

function decodeCall(
  call: NonNullable<WirePart['functionCall']>,
  signed: { readonly signature?: Signature },
  calls: CallIds,
): ToolCallPart {
  const { name, args } = call;
  const { id, signature: carried } = unpackToolCallId(calls.call(name, call.id));
  const signature = signed.signature ?? carried;
  return {
    type: 'tool-call',
    kind: 'function',
    id,
    name,
    input: JSON.stringify(args ?? {}),
    ...given('signature', signature),
  };
}

export function signatureOf(
  value: string | null | undefined,
): ReturnType<typeof unpackSignatureBase64> | undefined {
  return value === null || value === undefined || value === ''
    ? undefined
    : unpackSignatureBase64(value, DIALECT);
}

/** The first member says what a part is, as a vendor's own built-in tools have. */
export function kindOf(part: JsonObject): string {
  const named = Object.keys(part).find(
    (name) => !['thought', 'thoughtSignature', 'videoMetadata'].includes(name),
  );
  return named ?? 'part';
}

function decodeResult(result: NonNullable<WirePart['functionResponse']>, calls: CallIds): ToolResultPart {
  const { name, response } = result;
  const { output, error, result: outcome, ...rest } = response ?? {};
  const isError = error !== undefined && error !== null;
  const said = [error, output, outcome].filter((value) => value !== undefined && value !== null);
  const only = Object.keys(rest).length === 0 && said.length === 1 ? said[0] : undefined;
  const text = typeof only === 'string' ? only : JSON.stringify(only ?? response ?? {});
  return {
    type: 'tool-result',
    kind: 'function',
    toolCallId: calls.result(name, result.id),
    toolName: name,
    content: [{ type: 'text', text }, ...mediaOf(result.parts)],
    ...(isError ? { isError } : {}),
  };
}

/** https://ai.google.dev/gemini-api/docs/function-calling#multimodal */
function mediaOf(parts: unknown): ToolResultPart['content'] {
  return arrayOf(parts).flatMap((value) => {
    const parsed = partSchema.safeParse(value);
    const inline = parsed.success ? parsed.data.inlineData : undefined;
    if (inline === null || inline === undefined) return [];
    const decoded = decodeInline(inline);
    return decoded.type === 'image' || decoded.type === 'audio' || decoded.type === 'file' ? [decoded] : [];
  });
}

function decodeInline({ mimeType, data }: { readonly mimeType: string; readonly data: string }): Part {
  return mediaPart(mimeType, { kind: 'base64', data, mediaType: mimeType });
}

function decodeFile({ mimeType, fileUri }: NonNullable<WirePart['fileData']>): Part {
  const stored = /^gs:|\/files\//.test(fileUri);
  const source: MediaSource = stored
    ? { kind: 'stored', id: fileUri, origin: DIALECT, ...given('mediaType', mimeType ?? undefined) }
    : { kind: 'url', url: fileUri };
  return mediaPart(mimeType ?? null, source);
}

function mediaPart(mediaType: string | null, source: MediaSource): Part {
  if (mediaType?.startsWith('image/') === true) return { type: 'image', source };
  if (mediaType?.startsWith('audio/') === true) return { type: 'audio', source };
  return { type: 'file', source, mediaType } satisfies FilePart;
}

/** A part of a vendor's answer; what is malformed is opaque. */
export function readAnswerPart(value: unknown): WirePart {
  const parsed = partSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { text, functionCall, thought, thoughtSignature } = objectOf(value) ?? {};
  const call = objectOf(functionCall);
  return {
    ...given('text', textOf(text)),
    ...(thought === true ? { thought } : {}),
    ...given('thoughtSignature', textOf(thoughtSignature)),
    // A call that is streamed in pieces has a name in its first one only.
    ...(call === undefined
      ? {}
      : {
          functionCall: {
            ...call,
            id: textOf(call['id']),
            name: textOf(call['name']) ?? '',
            args: objectOf(call['args']) ?? {},
          },
        }),
  };
}
