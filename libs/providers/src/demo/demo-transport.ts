import type {
  Transport,
  UpstreamExchange,
  UpstreamHandler,
  UpstreamRequest,
} from '../transport/transport.js';
import { answerChat, countWords, embed, type DemoAnswer, type DemoChatRequest } from './demo-answer.js';

const CHUNK_INTERVAL_MS = 20;
const EMBEDDING_DIMENSIONS = 64;
/** Deterministic: the demo vendor lives outside of time. */
const CREATED = 1_767_225_600;

interface DemoRequest extends DemoChatRequest {
  readonly model: string;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly input?: unknown;
}

/** A vendor inside the process, in the OpenAI dialect: for the first request of a newcomer, offline and for free. */
export class DemoTransport implements Transport {
  dispatch(request: UpstreamRequest, handler: UpstreamHandler): UpstreamExchange {
    const exchange = new DemoExchange(handler);
    setImmediate(() => exchange.answer(request));
    return exchange;
  }

  /** It has no connections. */
  close(): void {}
}

class DemoExchange implements UpstreamExchange {
  private timer: NodeJS.Timeout | undefined;
  private over = false;

  constructor(private readonly handler: UpstreamHandler) {}

  abort(): void {
    this.over = true;
    clearInterval(this.timer);
  }

  // A demo stream is a few hundred bytes: nothing to hold back.
  pause(): void {
    return;
  }

  resume(): void {
    return;
  }

  answer({ path, body }: UpstreamRequest): void {
    if (this.over) return;
    const request = parse(body);
    if (request === undefined) this.reply(400, { error: { message: 'The body is not a JSON object.' } });
    else if (path.endsWith('/embeddings')) this.reply(200, embeddings(request));
    else if (request.stream === true) this.stream(request, answerChat(request));
    else this.reply(200, completion(request, answerChat(request)));
  }

  private reply(status: number, value: unknown): void {
    const body = Buffer.from(JSON.stringify(value));
    this.handler.response(status, {
      'content-type': 'application/json',
      'content-length': String(body.length),
    });
    this.handler.data(body);
    this.handler.end();
  }

  private stream(request: DemoRequest, answer: DemoAnswer): void {
    this.handler.response(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    const events = streamEvents(request, answer);
    let next = 0;
    const send = (): void => {
      const event = events[next];
      next += 1;
      if (event !== undefined) this.handler.data(Buffer.from(event));
      if (next < events.length) return;
      clearInterval(this.timer);
      this.over = true;
      this.handler.end();
    };
    this.timer = setInterval(send, CHUNK_INTERVAL_MS);
    send();
  }
}

function parse(body: Buffer): DemoRequest | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as DemoRequest) : undefined;
  } catch {
    // Answered as a vendor would: with status 400.
    return undefined;
  }
}

function usageOf(answer: DemoAnswer): object {
  return {
    prompt_tokens: answer.promptTokens,
    completion_tokens: answer.words.length,
    total_tokens: answer.promptTokens + answer.words.length,
  };
}

function completion(request: DemoRequest, answer: DemoAnswer): object {
  return {
    id: 'chatcmpl-demo',
    object: 'chat.completion',
    created: CREATED,
    model: request.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: answer.words.join('').trimEnd(), refusal: null },
        logprobs: null,
        finish_reason: answer.finishReason,
      },
    ],
    usage: usageOf(answer),
  };
}

function streamEvents(request: DemoRequest, answer: DemoAnswer): string[] {
  const event = (choices: readonly object[], more: object = {}): string =>
    `data: ${JSON.stringify({
      id: 'chatcmpl-demo',
      object: 'chat.completion.chunk',
      created: CREATED,
      model: request.model,
      choices,
      ...more,
    })}\n\n`;
  const choice = (delta: object, finishReason: string | null): object => ({
    index: 0,
    delta,
    logprobs: null,
    finish_reason: finishReason,
  });
  const events = [event([choice({ role: 'assistant', content: '' }, null)])];
  for (const word of answer.words) events.push(event([choice({ content: word }, null)]));
  events.push(event([choice({}, answer.finishReason)]));
  if (request.stream_options?.include_usage === true) events.push(event([], { usage: usageOf(answer) }));
  events.push('data: [DONE]\n\n');
  return events;
}

function embeddings(request: DemoRequest): object {
  const inputs = (Array.isArray(request.input) ? request.input : [request.input]).map(String);
  const tokens = inputs.reduce((sum, text) => sum + countWords(text), 0);
  return {
    object: 'list',
    model: request.model,
    data: inputs.map((text, index) => ({
      object: 'embedding',
      index,
      embedding: embed(text, EMBEDDING_DIMENSIONS),
    })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}
