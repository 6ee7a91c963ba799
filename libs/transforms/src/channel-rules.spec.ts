import { describe, expect, it } from '@jest/globals';
import { ChannelRules } from './channel-rules.js';

describe('the rules of a channel', () => {
  it('are the same ones for all channels without any', () => {
    const rules = ChannelRules.of({});
    expect(ChannelRules.of({ overrides: null, systemPrompt: null, disableStore: false })).toBe(rules);
    expect(rules.transformFor({ dialect: 'openai-chat', operation: 'chat' })).toBeUndefined();
  });

  it('let bodies pass as they are where the channel says so, whatever else it says', () => {
    const rules = ChannelRules.of({ disableStore: true, passThroughBody: true });
    expect(rules.transformFor({ dialect: 'openai-responses', operation: 'chat' })).toBeUndefined();
  });
});
