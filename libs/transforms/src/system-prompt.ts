import type { DialectId, Operation, SystemPrompt } from '@tollgate/contracts';
import { isObject, type MutableObject } from './json-path.js';
import type { Step } from './transform-state.js';

/** Where a dialect has its system prompt. */
interface SystemPlace {
  has(body: MutableObject): boolean;
  prepend(body: MutableObject, text: string): void;
  replace(body: MutableObject, text: string): void;
}

/** @returns `undefined` where the operation has no place for a system prompt */
export function systemPromptStep(
  { text, mode }: SystemPrompt,
  { dialect, operation }: { readonly dialect: DialectId; readonly operation: Operation },
): Step | undefined {
  const place = PLACES[dialect];
  if (place === undefined || (operation !== 'chat' && !COUNTED.has(`${dialect} ${operation}`)))
    return undefined;
  return ({ body }) => {
    if (mode === 'override') place.replace(body, text);
    else if (mode === 'prepend' || !place.has(body)) place.prepend(body, text);
  };
}

/** Requests for a count of tokens that are written like the request that is counted. */
const COUNTED: ReadonlySet<string> = new Set([
  'anthropic-messages count-tokens',
  'openai-responses count-tokens',
]);

/** A message among the others. */
const IN_MESSAGES: SystemPlace = {
  has: ({ messages }) => entriesOf(messages).some(isSystem),
  prepend(body, text) {
    const messages = entriesOf(body['messages']);
    const at = messages.findIndex(isSystem);
    const present = messages[at];
    if (isObject(present)) {
      const content = joined(present['content'], text, { type: 'text', text });
      body['messages'] = messages.with(at, { ...present, content });
    } else body['messages'] = [{ role: 'system', content: text }, ...messages];
  },
  replace(body, text) {
    const others = entriesOf(body['messages']).filter((message) => !isSystem(message));
    body['messages'] = [{ role: 'system', content: text }, ...others];
  },
};

/** A member of the body: a text, or blocks. */
function inMember(name: string, block: (text: string) => unknown, asBlocks: boolean): SystemPlace {
  const fresh = (text: string): unknown => (asBlocks ? [block(text)] : text);
  return {
    has: (body) => !isEmpty(body[name]),
    prepend(body, text) {
      const present = body[name];
      body[name] = isEmpty(present) ? fresh(text) : joined(present, text, block(text));
    },
    replace(body, text) {
      body[name] = fresh(text);
    },
  };
}

const IN_SYSTEM = inMember('system', (text) => ({ type: 'text', text }), false);
const IN_INSTRUCTIONS = inMember('instructions', (text) => text, false);

/** `instructions`, or items of the input. */
const IN_RESPONSES: SystemPlace = {
  has: (body) => IN_INSTRUCTIONS.has(body) || entriesOf(body['input']).some(isSystem),
  prepend: (body, text) => IN_INSTRUCTIONS.prepend(body, text),
  replace(body, text) {
    IN_INSTRUCTIONS.replace(body, text);
    if (Array.isArray(body['input']))
      body['input'] = entriesOf(body['input']).filter((item) => !isSystem(item));
  },
};

/** Both spellings are taken by the vendor. */
const IN_INSTRUCTION: SystemPlace = {
  has: (body) => partsOf(body).length > 0,
  prepend(body, text) {
    writeParts(body, [{ text }, ...partsOf(body)]);
  },
  replace(body, text) {
    writeParts(body, [{ text }]);
  },
};

const PLACES: { readonly [Dialect in DialectId]?: SystemPlace } = {
  'openai-chat': IN_MESSAGES,
  'cohere-chat': IN_MESSAGES,
  'openai-responses': IN_RESPONSES,
  'anthropic-messages': IN_SYSTEM,
  'bedrock-converse': inMember('system', (text) => ({ text }), true),
  gemini: IN_INSTRUCTION,
};

function partsOf(body: MutableObject): readonly unknown[] {
  const instruction = body['systemInstruction'] ?? body['system_instruction'];
  return isObject(instruction) ? entriesOf(instruction['parts']) : [];
}

function writeParts(body: MutableObject, parts: readonly unknown[]): void {
  delete body['system_instruction'];
  body['systemInstruction'] = { parts };
}

/** The text before what is there. */
function joined(present: unknown, text: string, block: unknown): unknown {
  if (Array.isArray(present)) return [block, ...(present as unknown[])];
  return typeof present === 'string' && present !== '' ? `${text}\n${present}` : text;
}

function isSystem(message: unknown): boolean {
  return isObject(message) && (message['role'] === 'system' || message['role'] === 'developer');
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

function entriesOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}
