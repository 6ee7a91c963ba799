import type { DialectId, UsageQuantities } from '@tollgate/contracts';
import type { CanonicalRequest, Message, Part } from '@tollgate/dialects';
import { audioTokens, filePartCost, imagePartTokens } from './media-tokens.js';
import { mediaRulesOf, type MediaRules } from './media-rules.js';
import type { TokenCounter } from './token-counter.js';

/** The input of a request, disjoint like `UsageQuantities`; nothing is taken to come from a cache. */
export type RequestEstimate = Pick<UsageQuantities, 'input' | 'audioInput' | 'imageInput'>;
export type AnswerEstimate = Pick<UsageQuantities, 'output'>;

/** https://developers.openai.com/cookbook/examples/how_to_count_tokens_with_tiktoken */
const TOKENS_PER_MESSAGE = 3;
const TOKENS_BEFORE_ANSWER = 3;

/**
 * Input tokens of a request: its text is counted, its media by the rules that the vendor of `dialect` documents.
 * Reads sizes and lengths of media from their first bytes; fetches nothing. Never rejects.
 *
 * @param dialect the language that the vendor is spoken to in; default: the one that the client speaks
 */
export async function estimateRequest(
  request: CanonicalRequest,
  counter: Pick<TokenCounter, 'countText'>,
  dialect: DialectId = request.origin,
): Promise<RequestEstimate> {
  const tally = new Tally(mediaRulesOf(dialect));
  for (const part of request.system) tally.addPart(part);
  for (const message of request.messages) tally.addMessage(message);
  tally.addTools(request);
  return {
    input: tally.input + (await counter.countText(tally.texts.join('\n'))),
    audioInput: tally.audioInput,
    imageInput: tally.imageInput,
  };
}

/** Output tokens of an answer's text: thoughts and arguments of calls included, as far as the caller hands them over. */
export async function estimateAnswer(
  text: string,
  counter: Pick<TokenCounter, 'countText'>,
): Promise<AnswerEstimate> {
  return { output: await counter.countText(text) };
}

class Tally {
  input = TOKENS_BEFORE_ANSWER;
  audioInput = 0;
  imageInput = 0;
  /** Counted together: a request of a thousand messages is one text to the counter. */
  readonly texts: string[] = [];

  constructor(private readonly rules: MediaRules) {}

  addMessage({ name, content }: Message): void {
    this.input += TOKENS_PER_MESSAGE;
    this.addText(name);
    for (const part of content) this.addPart(part);
  }

  addPart(part: Part): void {
    switch (part.type) {
      case 'text':
      case 'reasoning':
      case 'refusal':
        this.addText(part.text);
        return;
      case 'tool-call':
        this.addText(part.name);
        this.addText(part.input);
        return;
      case 'tool-result':
        for (const inner of part.content) this.addPart(inner);
        return;
      case 'opaque':
        this.addJson(part.value);
        return;
      case 'image':
        this.imageInput += imagePartTokens(part, this.rules);
        return;
      case 'audio':
        this.audioInput += audioTokens(part.source, this.rules);
        return;
      case 'file': {
        const { text, input = 0, audioInput = 0, imageInput = 0 } = filePartCost(part, this.rules);
        for (const words of [part.title, part.context, text]) this.addText(words);
        this.input += input;
        this.audioInput += audioInput;
        this.imageInput += imageInput;
      }
    }
  }

  addTools({ tools, responseFormat }: CanonicalRequest): void {
    for (const tool of tools) {
      if (tool.type === 'builtin') {
        this.addJson(tool.value);
        continue;
      }
      this.addText(tool.name);
      this.addText(tool.description);
      const schema = tool.type === 'function' ? tool.parameters : tool.format;
      if (schema !== undefined) this.addJson(schema);
    }
    if (responseFormat?.type === 'json-schema') this.addJson(responseFormat.schema);
  }

  private addText(text: string | undefined): void {
    if (text !== undefined && text !== '') this.texts.push(text);
  }

  private addJson(value: object): void {
    try {
      this.addText(JSON.stringify(value));
    } catch {
      // What came as JSON can be written as JSON; should it not, an estimate is no reason to fail.
    }
  }
}
