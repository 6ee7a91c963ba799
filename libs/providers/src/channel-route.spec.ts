import { describe, expect, it } from '@jest/globals';
import { CLIENT_DIALECTS } from '@tollgate/dialects';
import { chooseRoute, routePath } from './channel-route.js';
import { PROVIDERS } from './registry.js';

const openai = PROVIDERS.get('openai')!;
const model = 'gpt-4o';

describe('the route to a vendor', () => {
  it("speaks the client's own dialect where the vendor does, else the first that fits the model", () => {
    const own = { client: CLIENT_DIALECTS['openai-responses'], operation: 'chat', model } as const;
    expect(chooseRoute(openai, null, own)?.dialect.id).toBe('openai-responses');
    const foreign = { ...own, client: CLIENT_DIALECTS.gemini };
    expect(chooseRoute(openai, null, foreign)?.dialect.id).toBe('openai-chat');
  });

  it("speaks nothing but the operator's choice", () => {
    const request = { client: CLIENT_DIALECTS['openai-responses'], model } as const;
    const forced = chooseRoute(openai, 'openai-chat', { ...request, operation: 'chat' })!;
    expect(forced.dialect.id).toBe('openai-chat');
    expect(routePath(forced, 'chat', false)).toBe('/chat/completions');
    expect(chooseRoute(openai, 'openai-chat', { ...request, operation: 'compact' })).toBeUndefined();
  });
});
