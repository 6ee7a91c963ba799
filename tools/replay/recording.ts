import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The dialects that answers are recorded in, and that clients read them in. */
export const DIALECTS = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'] as const;
export type DialectName = (typeof DIALECTS)[number];

/** What an answer says, in no dialect. */
export interface Reading {
  readonly text: string;
  readonly tools: readonly { readonly name: string; readonly args: unknown }[];
  readonly stop: 'stop' | 'tool' | 'length' | 'filter' | 'other';
  readonly usage: { readonly input: number; readonly output: number } | null;
}

/** A vendor's answer as it came over the wire. */
export interface Recording {
  readonly id: string;
  readonly dialect: DialectName;
  /** The vendor, where the id names one that has peculiarities; else the dialect's own. */
  readonly provider: string;
  readonly stream: boolean;
  readonly status: number;
  /** The body, or the whole stream framed as server-sent events. */
  readonly body: string;
  /** `undefined`: only the dialect's own clients can read it. */
  readonly crossDialect: boolean;
  readonly expected: Expectation;
}

export interface Expectation {
  /** The answer is an error; clients must raise one of this status or a later one's. */
  readonly error: boolean;
  readonly textLength: number;
  readonly tools: Reading['tools'];
  readonly stop: string | null;
  readonly usage: Reading['usage'];
  readonly refusal: string | null;
}

/** An entry of `manifest.json` in a folder of recordings; other members are passed over. */
interface ManifestEntry {
  readonly id: string;
  readonly dialect: string;
  readonly stream: boolean;
  readonly file: string;
  /** `json`: a body. `sse`: as it came. `chunks`: one event's data a line. */
  readonly framing: 'json' | 'sse' | 'chunks';
  readonly status: number;
  readonly cross_dialect?: boolean;
  readonly expect: {
    readonly kind: 'ok' | 'error';
    readonly text_length?: number;
    readonly tools?: Reading['tools'];
    readonly stop?: string | null;
    readonly refusal?: string;
    readonly usage?: { readonly input_tokens: number; readonly output_tokens: number } | null;
  };
}

const OWN_VENDOR: Readonly<Record<DialectName, string>> = {
  'openai-chat': 'openai',
  'openai-responses': 'openai',
  'anthropic-messages': 'anthropic',
  gemini: 'gemini',
};

/** Vendors whose answers are not quite of their dialect: their providers say so. */
const PECULIAR = ['mistral'] as const;

/** What the vendor of a recording is called when its model is asked for. */
export function modelOf({ provider, dialect }: Pick<Recording, 'provider' | 'dialect'>): string {
  return `recorded-${provider}-${dialect}`;
}

/** Every vendor that recordings are served as. */
export const VENDORS = [
  ...DIALECTS.map((dialect) => ({ provider: OWN_VENDOR[dialect], dialect })),
  ...PECULIAR.map((provider) => ({ provider, dialect: 'openai-chat' as const })),
];

/** Reads a folder of recordings by its `manifest.json`. @throws Error what is wrong with it */
export function readRecordings(folder: string): Recording[] {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as ManifestEntry[];
  return manifest.map((entry) => {
    const dialect = dialectOf(entry);
    const {
      kind,
      text_length: textLength = 0,
      tools = [],
      stop = null,
      usage,
      refusal = null,
    } = entry.expect;
    return {
      id: entry.id,
      dialect,
      provider: PECULIAR.find((provider) => entry.id.includes(provider)) ?? OWN_VENDOR[dialect],
      stream: entry.stream,
      status: entry.status,
      body: framed(readFileSync(join(folder, entry.file), 'utf8'), entry.framing, dialect),
      crossDialect: entry.cross_dialect !== false,
      expected: {
        error: kind === 'error',
        ...{ textLength, tools, stop, refusal },
        usage:
          usage === null || usage === undefined
            ? null
            : { input: usage.input_tokens, output: usage.output_tokens },
      },
    };
  });
}

function dialectOf({ id, dialect }: ManifestEntry): DialectName {
  const name = dialect === 'anthropic' ? 'anthropic-messages' : dialect;
  const known = DIALECTS.find((candidate) => candidate === name);
  if (known === undefined) throw new Error(`${id}: the dialect "${dialect}" is unknown.`);
  return known;
}

function framed(text: string, framing: ManifestEntry['framing'], dialect: DialectName): string {
  if (framing !== 'chunks') return text;
  const events = text.split('\n').filter((line) => line.trim() !== '');
  const named = dialect === 'anthropic-messages' || dialect === 'openai-responses';
  const stream = events.map((data) => {
    const { type } = named ? (JSON.parse(data) as { type: string }) : { type: '' };
    return `${named ? `event: ${type}\n` : ''}data: ${data}\n\n`;
  });
  if (dialect === 'openai-chat' && events.at(-1) !== '[DONE]') stream.push('data: [DONE]\n\n');
  return stream.join('');
}
