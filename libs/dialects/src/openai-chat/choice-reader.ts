import { GatewayError } from '@tollgate/contracts';
import { Blocks } from '../canonical/blocks.js';
import type { DeltaRun } from '../canonical/delta.js';
import type { Citation, JsonObject } from '../canonical/part.js';
import type { TokenLogprob } from '../canonical/response.js';
import type { EmitPart } from '../canonical/stream.js';
import { numberOf, objectOf, objectsOf, textOf } from '../json/tolerant.js';
import { decodeAnnotation, sourceOf, thinkingText } from './decode-parts.js';
import { decodeFinish } from './finish-reason.js';
import { decodeDetail } from './reasoning-details.js';
import { ToolCallReader } from './tool-calls.js';

const ORIGIN = 'openai-chat';
const AUDIO_LENGTH_MAX = 64 * 1_048_576;
const CITATIONS_MAX = 10_000;

/** Reads one choice: a delta of a stream, or the whole message of an answer, which is a delta that says all. */
export class ChoiceReader {
  private readonly blocks: Blocks;
  private readonly calls: ToolCallReader;
  /** Told when the text is complete: behind its last piece. */
  private citations: Citation[] = [];
  private audio: Buffer[] = [];
  private audioLength = 0;
  private detailIndex: unknown;
  /** Words of the thought that is open, told without details. */
  private plainThought = '';
  private reasoningSigned = false;
  private answered = false;
  private refused = false;
  private finishWord: string | null = null;
  private stopSequence: string | undefined;
  private ended = false;

  constructor(
    private readonly emit: EmitPart,
    private readonly choice: number,
    fallbackId: () => string,
  ) {
    this.blocks = new Blocks(emit, choice);
    this.calls = new ToolCallReader(this.blocks, fallbackId);
  }

  /** The vendor said why the choice ended. */
  get finished(): boolean {
    return this.finishWord !== null;
  }

  read(delta: JsonObject): void {
    this.reasoning(delta);
    this.content(delta['content']);
    this.refusal(textOf(delta['refusal']) ?? '');
    if (delta['audio']) this.sound(objectOf(delta['audio']) ?? {});
    if (delta['images']) this.images(delta['images']);
    if (delta['annotations']) this.annotations(delta['annotations']);
    if (delta['tool_calls'] || delta['function_call']) {
      this.tellCitations();
      this.calls.read(delta['tool_calls']);
      this.calls.readFunctionCall(delta['function_call']);
    }
  }

  text(text: string): void {
    if (text === '') return;
    this.answered = true;
    this.blocks.text(text);
  }

  texts(run: DeltaRun): void {
    this.answered = true;
    this.blocks.texts(run);
  }

  logprobs(value: unknown): void {
    const tokens = objectsOf(objectOf(value)?.['content']).map(decodeLogprob);
    if (tokens.length > 0) this.emit({ type: 'logprobs', choice: this.choice, tokens });
  }

  /** Why the choice ended; kept until `end`, for vendors that say it with every piece. */
  finish(word: unknown, stop: unknown): void {
    if (typeof word === 'string' && word !== '') this.finishWord = word;
    if (typeof stop === 'string' && stop !== '') this.stopSequence = stop;
  }

  /** Closes what is open. `finished`: the answer is complete, whether the vendor gave a reason or not. */
  end(finished: boolean): void {
    if (this.ended) return;
    this.ended = true;
    this.tellCitations();
    this.tellAudio();
    this.blocks.close();
    if (!finished && this.finishWord === null) return;
    const seen = {
      hasToolCalls: this.blocks.hasToolCalls,
      onlyRefusal: this.refused && !this.answered,
    };
    const finish = decodeFinish(this.finishWord, seen, this.stopSequence);
    this.emit({ type: 'finish', choice: this.choice, finish });
  }

  private content(content: unknown): void {
    if (typeof content === 'string') return this.text(content);
    for (const part of objectsOf(content)) this.contentPart(part);
  }

  /** Mistral's: https://docs.mistral.ai/capabilities/reasoning/ */
  private contentPart(part: JsonObject): void {
    const kind = textOf(part['type']) ?? '';
    if (kind === 'text') return this.text(textOf(part['text']) ?? '');
    if (kind === 'refusal') return this.refusal(textOf(part['refusal']) ?? '');
    if (kind === 'image_url') return this.images([part]);
    if (kind === 'thinking') return this.thought(thinkingText(part['thinking']));
    this.opaque(kind, part);
  }

  private opaque(kind: string, value: JsonObject): void {
    this.tellCitations();
    this.blocks.close();
    this.emit({ type: 'opaque', choice: this.choice, origin: ORIGIN, kind, value });
  }

  private refusal(text: string): void {
    if (text === '') return;
    this.refused = true;
    this.tellCitations();
    this.blocks.refusal(text);
  }

  /** Vendors write thoughts into `reasoning_content`, into `reasoning`, or both; OpenRouter into the details, too. */
  private reasoning(delta: JsonObject): void {
    const plain = textOf(delta['reasoning_content']) || textOf(delta['reasoning']) || '';
    const details = objectsOf(delta['reasoning_details']);
    if (details.length === 0) {
      this.plainThought += plain;
      return this.thought(plain);
    }
    const told = details.map((detail) => decodeDetail(detail).text).join('');
    if (told === '') this.thought(plain);
    for (const detail of details) this.detail(detail);
  }

  private thought(text: string): void {
    if (text === '') return;
    this.tellCitations();
    this.afterSigned();
    this.blocks.reasoning(text);
  }

  private detail(entry: JsonObject): void {
    const { text: words, signature, id, redacted } = decodeDetail(entry);
    const text = this.wasTold(words) ? '' : words;
    const index = entry['index'];
    if (index !== this.detailIndex) this.afterSigned();
    this.detailIndex = index;
    this.thought(text);
    if (signature === undefined) return;
    this.tellCitations();
    this.blocks.openReasoning({
      ...(id === undefined ? {} : { id }),
      ...(redacted === undefined ? {} : { redacted }),
    });
    this.blocks.signReasoning(signature);
    this.reasoningSigned = true;
  }

  /** What is thought behind the state of a thought is another one. */
  private afterSigned(): void {
    if (!this.reasoningSigned) return;
    this.reasoningSigned = false;
    this.blocks.close();
  }

  /** Clients are told a thought in pieces, and whole with its state: this gateway may itself be a vendor. */
  private wasTold(words: string): boolean {
    const told = words !== '' && this.plainThought.trimStart() === words.trimStart();
    if (told) this.plainThought = '';
    return told;
  }

  private annotations(value: unknown): void {
    for (const annotation of objectsOf(value)) {
      const citation = decodeAnnotation(annotation);
      if (citation !== undefined && this.citations.length < CITATIONS_MAX) this.citations.push(citation);
    }
  }

  private tellCitations(): void {
    if (this.citations.length === 0) return;
    this.blocks.openText();
    for (const citation of this.citations) this.emit({ type: 'citation', choice: this.choice, citation });
    this.citations = [];
  }

  /** https://openrouter.ai/docs/features/multimodal/image-generation */
  private images(value: unknown): void {
    for (const image of objectsOf(value)) {
      const address = image['image_url'];
      const url = textOf(address) ?? textOf(objectOf(address)?.['url']) ?? '';
      const source = sourceOf(url);
      if (source.kind !== 'base64') this.opaque('image_url', image);
      else {
        this.tellCitations();
        this.blocks.close();
        const { data, mediaType } = source;
        this.emit({ type: 'image', choice: this.choice, data, mediaType });
      }
    }
  }

  /** Pieces of sound, each in base64 of its own, and what is said: https://platform.openai.com/docs/guides/audio */
  private sound({ data, transcript }: JsonObject): void {
    this.text(textOf(transcript) ?? '');
    const piece = textOf(data) ?? '';
    if (piece === '') return;
    this.audioLength += piece.length;
    if (this.audioLength > AUDIO_LENGTH_MAX) {
      throw new GatewayError('upstream_invalid_response', "The vendor's answer holds too long a sound.", {
        retry: 'next-channel',
      });
    }
    this.audio.push(Buffer.from(piece, 'base64'));
  }

  private tellAudio(): void {
    if (this.audio.length === 0) return;
    const bytes = Buffer.concat(this.audio);
    this.audio = [];
    this.blocks.close();
    const mediaType = audioType(bytes);
    this.emit({ type: 'audio', choice: this.choice, data: bytes.toString('base64'), mediaType });
  }
}

const AUDIO_MARKS: readonly (readonly [string, string])[] = [
  ['RIFF', 'audio/wav'],
  ['ID3', 'audio/mpeg'],
  ['\xff\xfb', 'audio/mpeg'],
  ['\xff\xf3', 'audio/mpeg'],
  ['fLaC', 'audio/flac'],
  ['OggS', 'audio/ogg'],
];

/** The answer does not say its format, which the request asked for: the bytes do. Bare samples have no mark. */
function audioType(bytes: Buffer): string {
  const head = bytes.toString('latin1', 0, 4);
  return AUDIO_MARKS.find(([mark]) => head.startsWith(mark))?.[1] ?? 'audio/pcm';
}

function decodeLogprob(entry: JsonObject): TokenLogprob {
  return {
    token: textOf(entry['token']) ?? '',
    logprob: numberOf(entry['logprob']) ?? 0,
    top: objectsOf(entry['top_logprobs']).map((top) => ({
      token: textOf(top['token']) ?? '',
      logprob: numberOf(top['logprob']) ?? 0,
    })),
  };
}
