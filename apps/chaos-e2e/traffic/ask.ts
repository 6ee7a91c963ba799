import { request, type Agent, type IncomingMessage } from 'node:http';
import type { WrittenDialect } from '@tollgate/testing/vendor';
import type { Ending, SentRequest } from './sent-request.js';
import { CLIENT_DIALECTS } from './client-request.js';

/** Longer than every time limit of the gateway: a client that waits for this was forgotten. */
const CLIENT_TIMEOUT_MS = 30_000;
const SAID_LENGTH = 300;

/** When a client goes away by itself. */
export type Patience = 'to-the-end' | 'until-first-byte' | { readonly giveUpAfterMs: number };

export interface AskInput {
  readonly baseUrl: string;
  readonly agent: Agent;
  readonly apiKey: string;
  readonly nonce: number;
  readonly dialect: WrittenDialect;
  readonly streamed: boolean;
  readonly patience: Patience;
}

export type Answer = Pick<SentRequest, 'ending' | 'id' | 'status' | 'said'> & {
  /** The client waited in vain until its own limit. */
  readonly forgotten: boolean;
};

/** Sends one request and says how it ended. Never rejects. */
export function ask(input: AskInput): Promise<Answer> {
  return new Promise((resolve) => new Asking(input, resolve));
}

class Asking {
  private text = '';
  private head: { readonly id: string | undefined; readonly status: number } | undefined;
  private aborted = false;
  private forgotten = false;
  private over = false;
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly outgoing;

  constructor(
    private readonly input: AskInput,
    private readonly onAnswer: (answer: Answer) => void,
  ) {
    const dialect = CLIENT_DIALECTS[input.dialect];
    const body = JSON.stringify(dialect.body(input.nonce, input.streamed));
    this.outgoing = request(`${input.baseUrl}${dialect.path(input.streamed)}`, {
      method: 'POST',
      agent: input.agent,
      headers: {
        ...dialect.keyHeaders(input.apiKey),
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    });
    this.outgoing.on('response', (response) => this.read(response));
    this.outgoing.on('error', (error: NodeJS.ErrnoException) => this.failed(error.code));
    this.after(CLIENT_TIMEOUT_MS, () => {
      this.forgotten = true;
      this.outgoing.destroy();
    });
    if (typeof input.patience === 'object') this.after(input.patience.giveUpAfterMs, () => this.abort());
    this.outgoing.end(body);
  }

  private read(response: IncomingMessage): void {
    const id = response.headers['x-request-id'];
    this.head = { id: typeof id === 'string' ? id : undefined, status: response.statusCode ?? 0 };
    response.on('data', (chunk: Buffer) => {
      this.text += chunk.toString();
      if (this.input.patience === 'until-first-byte') this.abort();
    });
    response.on('error', () => this.end('cut'));
    response.on('close', () => this.end(response.complete ? this.ending(this.head?.status ?? 0) : 'cut'));
  }

  private ending(status: number): Ending {
    if (status !== 200) return 'refused';
    if (this.input.streamed)
      return CLIENT_DIALECTS[this.input.dialect].streamEnd.test(this.text) ? 'complete' : 'cut';
    try {
      JSON.parse(this.text);
      return 'complete';
    } catch {
      // Half an answer under a proper end: as good as cut.
      return 'cut';
    }
  }

  private abort(): void {
    this.aborted = true;
    this.outgoing.destroy();
    // An answer that is being read ends with its own event; before it, this is all that is heard.
    if (this.head === undefined) this.end('aborted');
  }

  private failed(code: string | undefined): void {
    if (this.head === undefined) this.end(code === 'ECONNREFUSED' ? 'unreachable' : 'lost');
    else this.end('cut');
  }

  private end(ending: Ending): void {
    if (this.over) return;
    this.over = true;
    this.timers.forEach(clearTimeout);
    const { id, status } = this.head ?? {};
    const whole = ending === 'complete' || ending === 'refused';
    this.onAnswer({
      ending: this.aborted && !whole ? 'aborted' : ending,
      id,
      status,
      said: ending === 'complete' ? undefined : this.text.slice(-SAID_LENGTH),
      forgotten: this.forgotten,
    });
  }

  private after(milliseconds: number, act: () => void): void {
    this.timers.push(setTimeout(act, milliseconds));
  }
}
