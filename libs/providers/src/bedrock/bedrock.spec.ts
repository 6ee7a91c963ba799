import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { FlatHeaders, UnsignedRequest } from '../authenticator.js';
import { endpointPath, fillOptions } from '../endpoints.js';
import { classifyFailure } from '../failure.js';
import { bedrock } from './bedrock.provider.js';
import { readCredential } from './credential.js';
import { RequestSigner } from './request-signer.js';

/** Key and time of the published examples: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-test-suite.html */
const KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const NOW = new Date('2015-08-30T12:36:00Z');

const examples = new RequestSigner(KEY, { region: 'us-east-1', service: 'service', now: () => NOW });
const request = (more: Partial<UnsignedRequest>): UnsignedRequest => ({
  method: 'POST',
  origin: 'https://example.amazonaws.com',
  path: '/',
  headers: [],
  body: Buffer.alloc(0),
  ...more,
});

function headerOf(headers: FlatHeaders, name: string): string {
  return headers[headers.indexOf(name) + 1] ?? '';
}

describe('signatures of AWS', () => {
  it.each<[string, Partial<UnsignedRequest>, string, string]>([
    [
      'get-vanilla',
      { method: 'GET' },
      'host;x-amz-date',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-vanilla-query-order-key-case',
      { method: 'GET', path: '/?Param2=value2&Param1=value1' },
      'host;x-amz-date',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'post-vanilla',
      {},
      'host;x-amz-date',
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
    [
      'post-x-www-form-urlencoded',
      { headers: ['Content-Type', 'application/x-www-form-urlencoded'], body: Buffer.from('Param1=value1') },
      'content-type;host;x-amz-date',
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ])('are those of the published example %s', async (_name, more, signedHeaders, signature) => {
    const headers = await examples.headers(request(more));
    expect(headerOf(headers, 'x-amz-date')).toBe('20150830T123600Z');
    expect(headerOf(headers, 'authorization')).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
        `SignedHeaders=${signedHeaders}, Signature=${signature}`,
    );
  });

  it('sign a session token, too', async () => {
    const signer = new RequestSigner(
      { ...KEY, sessionToken: 'session' },
      { region: 'eu-west-1', service: 'bedrock' },
    );
    const headers = await signer.headers(request({}));
    expect(headerOf(headers, 'x-amz-security-token')).toBe('session');
    expect(headerOf(headers, 'authorization')).toContain(
      'SignedHeaders=host;x-amz-date;x-amz-security-token',
    );
  });

  it.each([
    'anthropic.claude-sonnet-4-5-20250929-v1:0',
    'arn:aws:bedrock:us-east-1:1234:inference-profile/us.amazon.nova',
  ])('encode the path of %s once more', async (model) => {
    const path = endpointPath('/model/{model}/converse', model, false);
    const body = Buffer.from('{"messages":[]}');
    const signer = new RequestSigner(KEY, { region: 'us-east-1', service: 'bedrock', now: () => NOW });
    const headers = await signer.headers(
      request({ path, body, headers: ['content-type', 'application/json'] }),
    );
    const canonicalPath = `/model/${encodeURIComponent(encodeURIComponent(model))}/converse`;
    expect(headerOf(headers, 'authorization')).toContain(
      `Signature=${expectedSignature(canonicalPath, body)}`,
    );
  });
});

/** The signature as the documentation derives it, step by step. */
function expectedSignature(canonicalPath: string, body: Buffer): string {
  const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
  const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
  const canonical = [
    'POST',
    canonicalPath,
    '',
    'content-type:application/json',
    'host:example.amazonaws.com',
    'x-amz-date:20150830T123600Z',
    '',
    'content-type;host;x-amz-date',
    sha256(body),
  ].join('\n');
  const scope = '20150830/us-east-1/bedrock/aws4_request';
  const toSign = ['AWS4-HMAC-SHA256', '20150830T123600Z', scope, sha256(canonical)].join('\n');
  const key = ['20150830', 'us-east-1', 'bedrock', 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${KEY.secretAccessKey}`,
  );
  return hmac(key, toSign).toString('hex');
}

describe('credentials of Bedrock', () => {
  const keys = { accessKeyId: 'AKIA1', secretAccessKey: 's/e+c' };
  it.each<[string, ReturnType<typeof readCredential>]>([
    ['AKIA1|s/e+c', { kind: 'access-key', key: keys }],
    [' AKIA1 | s/e+c | ', { kind: 'access-key', key: keys }],
    [
      'ASIA1|s|t==',
      { kind: 'access-key', key: { accessKeyId: 'ASIA1', secretAccessKey: 's', sessionToken: 't==' } },
    ],
    ['{"accessKeyId":"AKIA1","secretAccessKey":"s/e+c"}', { kind: 'access-key', key: keys }],
    [
      '{"AccessKeyId":"AKIA1","SecretAccessKey":"s/e+c","SessionToken":null}',
      { kind: 'access-key', key: keys },
    ],
    ['ABSKdGVzdA==', { kind: 'api-key', key: 'ABSKdGVzdA==' }],
    ['', { kind: 'unreadable' }],
    ['AKIA1|', { kind: 'unreadable' }],
    ['a|b|c|d', { kind: 'unreadable' }],
    ['{"accessKeyId":7}', { kind: 'unreadable' }],
    ['{broken', { kind: 'unreadable' }],
    ['null', { kind: 'api-key', key: 'null' }],
  ])('reads %s', (text, credential) => {
    expect(readCredential(text)).toEqual(credential);
  });

  it('tells one that is none without repeating it', () => {
    const authenticator = bedrock.authenticate('{"secretAccessKey":"hush"}', { region: 'us-east-1' });
    const ask = () => authenticator.headers(request({}));
    expect(ask).toThrow(expect.objectContaining({ code: 'upstream_unauthorized' }));
    expect(ask).not.toThrow(/hush/);
  });

  it('sends an API key at once, and signs with an access key', async () => {
    expect(bedrock.authenticate('ABSKx', {}).headers(request({}))).toEqual(['authorization', 'Bearer ABSKx']);
    const headers = await bedrock.authenticate('AKIA1|secret', { region: 'eu-west-1' }).headers(request({}));
    expect(headerOf(headers, 'authorization')).toMatch(
      /Credential=AKIA1\/\d{8}\/eu-west-1\/bedrock\/aws4_request/,
    );
  });
});

describe('Bedrock', () => {
  it('is reached in the region of the channel', () => {
    expect(fillOptions(bedrock.defaultBaseUrl, { region: 'eu-central-1' })).toBe(
      'https://bedrock-runtime.eu-central-1.amazonaws.com',
    );
  });

  it.each([
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'anthropic-messages'],
    ['amazon.nova-pro-v1:0', 'bedrock-converse'],
    ['openai.gpt-oss-120b-1:0', 'bedrock-converse'],
  ])('speaks to %s in %s', (model, dialect) => {
    const spoken = bedrock.dialects.find((entry) => !('models' in entry) || entry.models.test(model));
    expect(spoken?.id).toBe(dialect);
  });

  it.each([
    [424, 'The model returned an error', 'upstream_error'],
    [400, 'Too many tokens, please wait before trying again.', 'upstream_rate_limited'],
    [400, 'The provided model identifier is invalid.', 'upstream_rejected'],
    [400, 'The security token included in the request is expired', 'upstream_unauthorized'],
    [400, 'Malformed input request', 'upstream_rejected'],
  ])('%i with "%s" is %s', (status, message, code) => {
    expect(classifyFailure(status, { message, code: null }, bedrock.failures).code).toBe(code);
  });
});
