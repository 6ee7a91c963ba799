import { once } from 'node:events';
import { createPublicKey, createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError } from '@tollgate/contracts';
import type { UnsignedRequest } from '../authenticator.js';
import { endpointPath, fillOptions } from '../endpoints.js';
import { classifyFailure } from '../failure.js';
import { EgressGuard } from '../transport/egress-guard.js';
import { vertex } from './vertex.provider.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PRIVATE_KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const PUBLIC_KEY = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }));
const LENIENT = new EgressGuard({ allowPrivate: true });
const REQUEST: UnsignedRequest = {
  method: 'POST',
  origin: 'https://aiplatform.googleapis.com',
  path: '/v1/x',
  headers: [],
  body: Buffer.alloc(0),
};

/** Answers like Google's token endpoint, as often as asked. */
class FakeTokenServer {
  readonly forms: URLSearchParams[] = [];
  status = 200;
  lifetimeSeconds = 3_600;
  private readonly server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      this.forms.push(new URLSearchParams(body));
      const answer =
        this.status === 200
          ? {
              access_token: `ya29.${this.forms.length}`,
              expires_in: this.lifetimeSeconds,
              token_type: 'Bearer',
            }
          : { error: 'invalid_grant', error_description: 'Invalid JWT Signature for hush@example.test' };
      response.writeHead(this.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/token`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

describe("a service account's credential", () => {
  let tokens: FakeTokenServer;
  let tokenUri: string;
  const credential = (more: Record<string, unknown> = {}) =>
    JSON.stringify({
      type: 'service_account',
      project_id: 'p',
      private_key: PRIVATE_KEY,
      client_email: 'gateway@p.iam.gserviceaccount.com',
      token_uri: tokenUri,
      ...more,
    });

  beforeEach(async () => {
    tokens = new FakeTokenServer();
    tokenUri = await tokens.listen();
  });
  afterEach(() => tokens.close());

  it('becomes a token, by an assertion that is signed with its key', async () => {
    const authenticator = vertex.authenticate(credential(), {}, LENIENT);
    expect(await authenticator.headers(REQUEST)).toEqual(['authorization', 'Bearer ya29.1']);
    const form = tokens.forms[0];
    expect(form?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [header = '', claims = '', signature = ''] = (form?.get('assertion') ?? '').split('.');
    const verifier = createVerify('RSA-SHA256').update(`${header}.${claims}`);
    expect(verifier.verify(PUBLIC_KEY, signature, 'base64url')).toBe(true);
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      iss: 'gateway@p.iam.gserviceaccount.com',
      aud: tokenUri,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
    });
  });

  it('keeps a token while it is good, and fetches it once for requests that wait together', async () => {
    const authenticator = vertex.authenticate(credential(), {}, LENIENT);
    await Promise.all([1, 2, 3].map(async () => authenticator.headers(REQUEST)));
    expect(await authenticator.headers(REQUEST)).toEqual(['authorization', 'Bearer ya29.1']);
    expect(tokens.forms).toHaveLength(1);
  });

  it('fetches another shortly before the token expires', async () => {
    tokens.lifetimeSeconds = 60;
    const authenticator = vertex.authenticate(credential(), {}, LENIENT);
    await authenticator.headers(REQUEST);
    expect(await authenticator.headers(REQUEST)).toEqual(['authorization', 'Bearer ya29.2']);
  });

  it('goes on with a token that is good when another is refused', async () => {
    tokens.lifetimeSeconds = 60;
    const authenticator = vertex.authenticate(credential(), {}, LENIENT);
    await authenticator.headers(REQUEST);
    tokens.status = 403;
    expect(await authenticator.headers(REQUEST)).toEqual(['authorization', 'Bearer ya29.1']);
  });

  it("is told as refused, without the vendor's words", async () => {
    tokens.status = 400;
    const error = await failureOf(vertex.authenticate(credential(), {}, LENIENT).headers(REQUEST));
    expect(error).toMatchObject({ code: 'upstream_unauthorized', retry: 'next-channel' });
    expect(error.message).not.toMatch(/hush|JWT/);
  });

  it('is told as unreachable when nobody answers', async () => {
    tokens.close();
    const error = await failureOf(vertex.authenticate(credential(), {}, LENIENT).headers(REQUEST));
    expect(error.code).toBe('upstream_unreachable');
  });

  it('is refused when its key is none', async () => {
    const broken = vertex.authenticate(credential({ private_key: 'nothing' }), {}, LENIENT);
    const error = await failureOf(broken.headers(REQUEST));
    expect(error.code).toBe('upstream_unauthorized');
    expect(error.message).not.toContain('nothing');
  });

  it.each([
    ['loopback where it is not allowed', undefined, new EgressGuard({ allowPrivate: false })],
    ['loopback by default', undefined, undefined],
    ['plain HTTP elsewhere', 'http://oauth2.example.test/token', LENIENT],
    ['cloud metadata', 'http://169.254.169.254/token', LENIENT],
    ['cloud metadata over TLS', 'https://169.254.169.254/token', LENIENT],
    ['a file', 'file:///etc/passwd', LENIENT],
  ])('asks no token of %s', async (_what, uri, guard) => {
    const authenticator = vertex.authenticate(
      credential(uri === undefined ? {} : { token_uri: uri }),
      {},
      guard,
    );
    const error = await failureOf(async () => authenticator.headers(REQUEST));
    expect(error).toBeInstanceOf(GatewayError);
    expect(tokens.forms).toHaveLength(0);
  });

  it.each(['{"type":"service_account"}', '{broken', '{"client_email":1,"private_key":2}'])(
    'that is %s is refused with each request',
    async (text) => {
      const error = await failureOf(async () => vertex.authenticate(text, {}).headers(REQUEST));
      expect(error.code).toBe('upstream_unauthorized');
    },
  );
});

async function failureOf(action: unknown): Promise<GatewayError> {
  try {
    await (typeof action === 'function' ? action() : action);
  } catch (error) {
    return error as GatewayError;
  }
  throw new Error('it succeeded');
}

describe('Vertex AI', () => {
  it('takes an API key, at once', () => {
    expect(vertex.authenticate('AIzaKey', {}).headers(REQUEST)).toEqual(['x-goog-api-key', 'AIzaKey']);
    expect(vertex.authenticate(null, {}).headers(REQUEST)).toEqual([]);
  });

  it.each([
    ['global', 'https://aiplatform.googleapis.com'],
    ['us-east5', 'https://us-east5-aiplatform.googleapis.com'],
    ['eu', 'https://aiplatform.eu.rep.googleapis.com'],
  ])('is reached in %s at %s', (location, url) => {
    const host = vertex.options.host.defaultFrom({ location });
    expect(fillOptions(vertex.defaultBaseUrl, { host })).toBe(url);
  });

  it.each([
    ['gemini-2.5-pro', 'gemini', '/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse'],
    [
      'claude-sonnet-4-5@20250929',
      'anthropic-messages',
      '/publishers/anthropic/models/claude-sonnet-4-5%4020250929:streamRawPredict',
    ],
    ['mistral-small-2503', 'openai-chat', '/publishers/mistralai/models/mistral-small-2503:streamRawPredict'],
    ['meta/llama-4-scout-maas', 'openai-chat', '/endpoints/openapi/chat/completions'],
  ])('speaks to %s in %s at %s', (model, dialect, path) => {
    const fitting = vertex.dialects.filter((entry) => entry.models.test(model) && 'chat' in entry.endpoints);
    expect(fitting.map(({ id }) => id)).toEqual([dialect]);
    const chat = fitting.flatMap(({ endpoints }) => ('chat' in endpoints ? [endpoints.chat] : []))[0] ?? '';
    expect(fillOptions(endpointPath(chat, model, true), { project: 'p', location: 'global' })).toBe(
      `/v1/projects/p/locations/global${path}`,
    );
  });

  it.each([
    [400, 'API key not valid. Please pass a valid API key.', 'upstream_unauthorized'],
    [400, 'Request contains an invalid argument.', 'upstream_rejected'],
    [499, 'The operation was cancelled.', 'upstream_error'],
    [429, 'Resource exhausted.', 'upstream_rate_limited'],
  ])('%i with "%s" is %s', (status, message, code) => {
    expect(classifyFailure(status, { message, code: null }, vertex.failures).code).toBe(code);
  });
});
