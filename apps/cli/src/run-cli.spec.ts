import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runCli } from './run-cli.js';

interface Received {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

const NOTHING = { dryRun: false, changes: [], notes: [], generatedKeys: [] };

describe('tollgate', () => {
  let server: Server;
  let url: string;
  let directory: string;
  let received: Received[];
  let answers: { status: number; body: unknown }[];
  let printed: string[];
  let errors: string[];

  beforeEach(async () => {
    received = [];
    printed = [];
    errors = [];
    answers = [{ status: 200, body: { accessToken: 'the-token' } }];
    server = createServer((request, response) => {
      void text(request).then((body) => {
        received.push({
          url: request.url ?? '',
          authorization: request.headers.authorization,
          body: JSON.parse(body),
        });
        const answer = answers.shift() ?? { status: 500, body: 'too many requests' };
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    directory = await mkdtemp(join(tmpdir(), 'tollgate-cli-'));
  });

  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  });

  async function file(content: string): Promise<string> {
    const path = join(directory, 'tollgate.yaml');
    await writeFile(path, content);
    return path;
  }

  const run = (argv: string[], environment: Record<string, string> = {}, input = '') =>
    runCli(argv, {
      environment: { TOLLGATE_ADMIN_PASSWORD: 'the-password', ...environment },
      input: Readable.from([input]),
      print: (line) => void printed.push(line),
      printError: (line) => void errors.push(line),
    });

  it('logs in and sends the file with its credentials looked up here', async () => {
    answers.push({ status: 200, body: NOTHING });
    const path = await file(
      'version: 1\nchannels:\n  - { name: a, credentials: [plain, { env: MY_KEY }], models: [m] }\n',
    );

    const code = await run(['apply', '-f', path, '--url', `${url}/`], { MY_KEY: 'sk-mine' });

    expect([code, errors]).toEqual([0, []]);
    expect(received).toEqual([
      {
        url: '/api/v1/auth/login',
        authorization: undefined,
        body: { username: 'admin', password: 'the-password' },
      },
      {
        url: '/api/v1/config/apply',
        authorization: 'Bearer the-token',
        body: { version: 1, channels: [{ name: 'a', credentials: ['plain', 'sk-mine'], models: ['m'] }] },
      },
    ]);
    expect(printed).toEqual(['No differences: everything is as the file says.']);
  });

  it('shows differences as a list and exits with 2 for diff', async () => {
    answers.push({
      status: 200,
      body: {
        dryRun: true,
        changes: [
          {
            kind: 'channel',
            name: 'main',
            action: 'update',
            fields: [
              { field: 'priority', from: 0, to: 10 },
              { field: 'dialect', from: null, to: 'openai-chat' },
              { field: 'weight', from: 1, to: null },
            ],
          },
          {
            kind: 'key',
            name: 'acme/ci',
            action: 'create',
            fields: [{ field: 'models', from: null, to: ['a'] }],
          },
        ],
        notes: ['something to know'],
        generatedKeys: [],
      },
    });

    expect(await run(['diff', '-f', await file('version: 1'), '--url', url])).toBe(2);

    expect(received[1]?.url).toBe('/api/v1/config/apply?dryRun=true');
    expect(printed.join('\n')).toBe(
      [
        '~ channel main',
        '    priority: 0 → 10',
        '    dialect: openai-chat',
        '    weight: 1 → nothing',
        '+ key acme/ci',
        '    models: ["a"]',
        'note: something to know',
        '1 to create, 1 to update.',
      ].join('\n'),
    );
  });

  it('exits with 0 when diff finds nothing', async () => {
    answers.push({ status: 200, body: { ...NOTHING, dryRun: true } });
    expect(await run(['diff', '-f', await file('version: 1'), '--url', url])).toBe(0);
  });

  it('shows a generated key once', async () => {
    answers.push({
      status: 200,
      body: { ...NOTHING, generatedKeys: [{ id: '1', organization: 'acme', name: 'ci', secret: 'sk-tg-x' }] },
    });
    await run(['apply', '-f', await file('version: 1'), '--url', url]);
    expect(printed.join('\n')).toContain('key acme/ci: sk-tg-x   (shown this once, never again)');
  });

  it('reads standard input and can answer in JSON', async () => {
    answers.push({ status: 200, body: NOTHING });
    expect(await run(['apply', '-f', '-', '--url', url, '--json'], {}, '{"version": 1}')).toBe(0);
    expect(received[1]?.body).toEqual({ version: 1 });
    expect(JSON.parse(printed.join(''))).toEqual(NOTHING);
  });

  it('takes the address from the environment', async () => {
    answers.push({ status: 200, body: NOTHING });
    expect(await run(['apply', '-f', await file('version: 1')], { TOLLGATE_URL: url })).toBe(0);
  });

  it('prints each thing that the server finds wrong on a line', async () => {
    answers.push({
      status: 400,
      body: {
        code: 'validation_failed',
        detail: 'a (and 1 more)',
        errors: [{ message: 'keys[0].name: is missing' }, { message: 'channels[0].provider: unknown' }],
      },
    });
    const path = await file('version: 1');
    expect(await run(['apply', '-f', path, '--url', url])).toBe(1);
    expect(errors).toEqual([
      `tollgate: ${path}: keys[0].name: is missing`,
      `tollgate: ${path}: channels[0].provider: unknown`,
    ]);
    expect(printed).toEqual([]);
  });

  it('says why the login was refused', async () => {
    answers = [
      { status: 401, body: { code: 'invalid_credentials', detail: 'User name or password is wrong.' } },
    ];
    expect(await run(['apply', '-f', await file('version: 1'), '--url', url])).toBe(1);
    expect(errors).toEqual(['tollgate: the login was refused: User name or password is wrong.']);
  });

  it('says when something else answers', async () => {
    answers = [{ status: 200, body: '<html></html>' }];
    expect(await run(['apply', '-f', await file('version: 1'), '--url', url])).toBe(1);
    expect(errors).toEqual([
      `tollgate: ${url}/api/v1/auth/login answered 200 with something that is not JSON: is --url right?`,
    ]);
  });

  it('says when nobody answers', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await run(['apply', '-f', await file('version: 1'), '--url', url])).toBe(1);
    expect(errors).toEqual([
      `tollgate: no answer from ${url} (connection refused): is Tollgate running, is --url right?`,
    ]);
    await new Promise<void>((resolve) => server.listen(0, resolve));
  });

  it.each([
    ['version: 1\nchannels: [', ':2:12: YAML syntax error: Flow sequence in block collection must be'],
    ['a: 1\na: 2', ':2:1: YAML syntax error: Map keys must be unique'],
    [
      'channels: [{ credentials: [{ env: NOT_SET }] }]',
      ': channels[0].credentials[0].env: the environment variable NOT_SET is not set',
    ],
  ])('refuses the file %j before it asks the server', async (content, message) => {
    const path = await file(content);
    expect(await run(['apply', '-f', path, '--url', url])).toBe(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(`tollgate: ${path}${message}`);
    expect(received).toEqual([]);
  });

  it.each([
    [[], 'name a command: apply or diff'],
    [['aply'], 'unknown command "aply"; there are: apply, diff'],
    [['apply'], 'name the file: tollgate apply -f <file>'],
    [['apply', 'x.yaml', '-f', 'y'], 'unexpected argument "x.yaml"'],
    [['apply', '--nope'], "unknown option '--nope'"],
    [['apply', '-f', 'x', '--url', 'localhost:8081'], '"localhost:8081" is no address of a control API'],
  ])('refuses the command line %j with one line', async (argv: string[], message) => {
    expect(await run(argv)).toBe(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(`tollgate: ${message}`);
    expect(errors[0]).toContain('tollgate --help');
  });

  it('asks for a password when there is none', async () => {
    expect(await run(['apply', '-f', 'x'], { TOLLGATE_ADMIN_PASSWORD: '' })).toBe(1);
    expect(errors[0]).toContain('no password: set TOLLGATE_ADMIN_PASSWORD or give --password');
  });

  it('says that a file is not there', async () => {
    expect(await run(['apply', '-f', '/nowhere/x.yaml'])).toBe(1);
    expect(errors).toEqual(['tollgate: /nowhere/x.yaml: there is no such file']);
  });

  it('helps', async () => {
    expect(await run(['--help'])).toBe(0);
    expect(printed[0]).toContain('Usage: tollgate <command> -f <file>');
    expect(await run(['--version'])).toBe(0);
    expect(printed[1]).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
