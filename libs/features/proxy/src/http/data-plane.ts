import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError, newId, type RequestId } from '@tollgate/contracts';
import { openaiChat } from '@tollgate/dialects';
import type { ModelList } from '../request/model-list.js';
import type { ProxyRequests } from '../request/proxy-request.js';
import { ClientRequest, type ClientRoute } from './client-request.js';

/** Paths that carry model traffic. */
const ROUTES: ReadonlyMap<string, ClientRoute> = new Map([
  ['/v1/chat/completions', { dialect: openaiChat, operation: 'chat' }],
  ['/v1/embeddings', { dialect: openaiChat, operation: 'embeddings' }],
]);

/** Errors at unknown paths, and lists of models, are told in the dialect that most clients speak. */
const FALLBACK: ClientRoute = { dialect: openaiChat, operation: 'chat' };

const PREFIX = '/v1/';
const MODELS = '/v1/models';

export interface DataPlaneOptions {
  readonly requests: ProxyRequests;
  readonly models: ModelList;
  /** Requests under way at one time; more are refused early, so that those under way finish. */
  readonly inFlightMax: number;
}

/** Entry of model traffic: below the framework's pipeline, straight from the HTTP server. */
export class DataPlane {
  private inFlightCount = 0;
  private draining = false;
  private onIdle: (() => void) | undefined;

  constructor(private readonly options: DataPlaneOptions) {}

  get inFlight(): number {
    return this.inFlightCount;
  }

  /** `false`: not model traffic, for the framework to answer. */
  accepts(url: string | undefined): boolean {
    return url?.startsWith(PREFIX) === true;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    response.sendDate = false;
    const path = pathOf(request.url ?? '');
    const route = ROUTES.get(path);
    const client = new ClientRequest(newId<RequestId>(), route ?? FALLBACK, request, response);
    if (route !== undefined && request.method === 'POST' && !this.overloaded) {
      this.inFlightCount += 1;
      void this.options.requests.handle(client).finally(() => this.left());
    } else if (isModelPath(path) && request.method === 'GET') {
      void this.options.models.answer(client, modelName(path));
    } else client.refuse(this.refusal(route, path, request.method), false);
  }

  /** Takes no new request and resolves when those under way have ended, or the time is up. */
  async drain(timeoutMs: number): Promise<void> {
    this.draining = true;
    if (this.inFlightCount === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const idle = new Promise<void>((resolve) => {
      this.onIdle = resolve;
      timer = setTimeout(resolve, timeoutMs);
    });
    await idle;
    clearTimeout(timer);
  }

  private get overloaded(): boolean {
    return this.draining || this.inFlightCount >= this.options.inFlightMax;
  }

  private left(): void {
    this.inFlightCount -= 1;
    if (this.inFlightCount === 0) this.onIdle?.();
  }

  private refusal(route: ClientRoute | undefined, path: string, method: string | undefined): GatewayError {
    if (route === undefined && !isModelPath(path)) {
      return new GatewayError('unknown_path', `There is nothing at ${path}.`);
    }
    if (method !== (route === undefined ? 'GET' : 'POST')) {
      return new GatewayError('method_not_allowed', `${path} does not take ${method ?? 'this method'}.`);
    }
    return this.draining
      ? new GatewayError('shutting_down', 'This gateway process is stopping.', { retryAfterSeconds: 1 })
      : new GatewayError('overloaded', 'The gateway has more requests under way than it can carry.', {
          retryAfterSeconds: 1,
        });
  }
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

function isModelPath(path: string): boolean {
  return path === MODELS || path.startsWith(`${MODELS}/`);
}

/** Names may hold slashes, as `meta-llama/Llama-4`. */
function modelName(path: string): string | undefined {
  const name = path.slice(MODELS.length + 1);
  if (name === '') return undefined;
  try {
    return decodeURIComponent(name);
  } catch {
    // Not a valid encoding: no model has such a name, so it is told to be unknown.
    return name;
  }
}
