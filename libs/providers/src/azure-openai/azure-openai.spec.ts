import { describe, expect, it } from '@jest/globals';
import { endpointPath, fillOptions } from '../endpoints.js';
import { classifyFailure } from '../failure.js';
import { azureOpenaiDeployments } from './azure-openai-deployments.provider.js';
import { azureOpenai } from './azure-openai.provider.js';

describe('Azure OpenAI', () => {
  it('proves its key in a header of its own', () => {
    const unsigned = { method: 'POST', origin: 'https://x', path: '/', headers: [], body: Buffer.alloc(0) };
    expect(azureOpenai.authenticate('k').headers(unsigned)).toEqual(['api-key', 'k']);
  });

  it('names the deployment and the version in its older paths', () => {
    const [{ endpoints }] = azureOpenaiDeployments.dialects;
    const { apiVersion } = azureOpenaiDeployments.options;
    expect(
      fillOptions(endpointPath(endpoints.chat, 'my gpt', true), { apiVersion: apiVersion.default }),
    ).toBe('/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21');
    expect(apiVersion.pattern.test('2025-04-01-preview')).toBe(true);
    expect(apiVersion.pattern.test('2024-10-21&x=1')).toBe(false);
  });

  it.each([
    ['gpt-5', ['openai-chat', 'openai-responses']],
    ['my-deployment', ['openai-chat', 'openai-responses']],
    ['claude-sonnet-4-5', ['anthropic-messages']],
  ])('speaks to %s in %j', (model, dialects) => {
    const spoken = azureOpenai.dialects.filter((entry) => entry.models.test(model));
    expect(spoken.map(({ id }) => id)).toEqual(dialects);
  });

  it.each([
    [400, 'content_filter', 'upstream_rejected', 'never'],
    [500, 'content_filter', 'upstream_rejected', 'never'],
    [400, 'OperationNotSupported', 'upstream_rejected', 'next-channel'],
    [404, 'DeploymentNotFound', 'upstream_rejected', 'next-channel'],
    [400, 'invalid_prompt', 'upstream_rejected', 'never'],
  ])('%i with the code %s is %s, retried: %s', (status, code, meaning, retry) => {
    const failure = classifyFailure(status, { message: 'No.', code }, azureOpenai.failures);
    expect(failure).toMatchObject({ code: meaning, retry });
  });
});
