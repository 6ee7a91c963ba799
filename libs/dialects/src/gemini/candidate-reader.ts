import { Blocks } from '../canonical/blocks.js';
import { GrowingText, type Delta, type DeltaRun } from '../canonical/delta.js';
import type { JsonObject } from '../canonical/part.js';
import type { TokenLogprob } from '../canonical/response.js';
import { unpackToolCallId } from '../canonical/signature.js';
import type { EmitPart } from '../canonical/stream.js';
import { arrayOf, given, numberOf, objectOf, objectsOf, textOf } from '../json/tolerant.js';
import { CallIds, kindOf, readAnswerPart, signatureOf } from './decode-contents.js';
import { decodeFinish } from './finish-reason.js';
import { decodeGrounding } from './grounding.js';
import { PartialArguments } from './partial-args.js';
import { DIALECT, type WirePart } from './wire.js';

const TEXT_LENGTH_MAX = 16 * 1_048_576;

/** Reads one candidate, in one piece or many. */
export class CandidateReader {
  private readonly blocks: Blocks;
  private readonly calls: CallIds;
  private callCount = 0;
  private partial: { readonly key: number; readonly args: PartialArguments } | undefined;
  /** The text so far: offsets of sources are counted in it. */
  private readonly answer = new GrowingText();
  private sources: JsonObject = {};
  finished = false;

  constructor(
    private readonly emit: EmitPart,
    private readonly choice: number,
    answerId: string,
  ) {
    this.calls = new CallIds(choice === 0 ? answerId : `${answerId}-${choice}`);
    this.blocks = new Blocks(emit, choice);
  }

  push(candidate: JsonObject): void {
    if (this.finished) return;
    const content = objectOf(candidate['content']) ?? {};
    for (const part of arrayOf(content['parts'])) this.part(readAnswerPart(part));
    if (candidate['groundingMetadata'] !== undefined || candidate['citationMetadata'] !== undefined) {
      this.sources = { ...this.sources, ...candidate };
    }
    const tokens = logprobsOf(candidate);
    if (tokens.length > 0) this.emit({ type: 'logprobs', choice: this.choice, tokens });
    const reason = textOf(candidate['finishReason']);
    if (reason !== undefined && reason !== 'FINISH_REASON_UNSPECIFIED') this.finish(reason);
  }

  /** Several texts that came together, in answers that say nothing else. */
  texts(run: DeltaRun, thought: boolean): void {
    if (this.finished) return;
    if (thought) {
      this.blocks.reasonings(run);
      return;
    }
    this.remember(run);
    this.blocks.texts(run);
  }

  /** The stream is over, however it ended. */
  end(): void {
    if (!this.finished) this.close();
  }

  private finish(reason: string): void {
    this.close();
    this.finished = true;
    this.emit({
      type: 'finish',
      choice: this.choice,
      finish: decodeFinish(reason, this.blocks.hasToolCalls),
    });
  }

  private close(): void {
    this.endPartial();
    const citations = decodeGrounding(this.sources, this.answer.text);
    if (citations.length > 0) this.blocks.openText();
    for (const citation of citations) this.emit({ type: 'citation', choice: this.choice, citation });
    this.blocks.close();
  }

  private part(part: WirePart): void {
    const { functionCall, inlineData } = part;
    const text = part.text ?? undefined;
    if (functionCall !== null && functionCall !== undefined) this.call(functionCall, part);
    else if (text !== undefined) this.text(text, part);
    // A picture that the model thought with is no part of the answer; clients of the dialect know what it is.
    else if (inlineData !== null && inlineData !== undefined && part.thought !== true) this.media(inlineData);
    else if (holdsSomething(part)) this.opaque(part);
    else this.sign(part);
  }

  private text(text: string, part: WirePart): void {
    if (part.thought === true) this.blocks.reasoning(text);
    else this.words(text);
    this.sign(part);
  }

  private sign({ thought, thoughtSignature }: WirePart): void {
    const signature = signatureOf(thoughtSignature);
    if (signature === undefined) return;
    if (thought === true) this.blocks.signReasoning(signature);
    else this.blocks.signText(signature);
  }

  private opaque(part: WirePart): void {
    this.blocks.close();
    this.emit({ type: 'opaque', choice: this.choice, origin: DIALECT, kind: kindOf(part), value: part });
  }

  private words(text: string): void {
    this.remember({ text });
    this.blocks.text(text);
  }

  private remember(delta: Delta): void {
    if (this.answer.length < TEXT_LENGTH_MAX) this.answer.add(delta);
  }

  private media({ mimeType, data }: { readonly mimeType: string; readonly data: string }): void {
    this.blocks.close();
    const type = mimeType.startsWith('audio/') ? 'audio' : 'image';
    this.emit({ type, choice: this.choice, data, mediaType: mimeType });
  }

  private call(call: NonNullable<WirePart['functionCall']>, part: WirePart): void {
    const { partialArgs, willContinue } = call;
    if (this.partial !== undefined && (call.name === '' || call.name === undefined)) {
      this.partial.args.push(partialArgs);
      if (willContinue !== true) this.endPartial();
      return;
    }
    this.endPartial();
    const key = this.callCount;
    this.callCount += 1;
    const { id, signature: carried } = unpackToolCallId(this.calls.call(call.name, call.id));
    const signature = signatureOf(part.thoughtSignature) ?? carried;
    this.blocks.toolCall(key, { id, name: call.name, ...given('signature', signature) });
    if (partialArgs === undefined && willContinue !== true) {
      this.blocks.toolInput(key, JSON.stringify(call.args ?? {}));
      this.blocks.endToolCall(key);
      return;
    }
    this.partial = { key, args: new PartialArguments() };
    this.partial.args.push(partialArgs);
    if (willContinue !== true) this.endPartial();
  }

  private endPartial(): void {
    if (this.partial === undefined) return;
    const { key, args } = this.partial;
    this.partial = undefined;
    this.blocks.toolInput(key, args.text);
    this.blocks.endToolCall(key);
  }
}

/** More than a signature, or the mark of a thought. */
function holdsSomething(part: WirePart): boolean {
  return Object.keys(part).some((name) => name !== 'thoughtSignature' && name !== 'thought');
}

/** https://ai.google.dev/api/generate-content#LogprobsResult */
function logprobsOf(candidate: JsonObject): TokenLogprob[] {
  const result = objectOf(candidate['logprobsResult']) ?? {};
  const top = objectsOf(result['topCandidates']).map(({ candidates }) => objectsOf(candidates).map(tokenOf));
  return objectsOf(result['chosenCandidates']).map((chosen, index) => ({
    ...tokenOf(chosen),
    top: top[index] ?? [],
  }));
}

function tokenOf(candidate: JsonObject): { readonly token: string; readonly logprob: number } {
  return { token: textOf(candidate['token']) ?? '', logprob: numberOf(candidate['logProbability']) ?? 0 };
}
