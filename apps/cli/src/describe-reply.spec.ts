import { describe, expect, it } from '@jest/globals';
import type { ConfigApplyReply, ConfigChange } from '@tollgate/contracts';
import { describeReply } from './describe-reply.js';

const change = (action: ConfigChange['action'], fields: ConfigChange['fields'] = []): ConfigChange => ({
  kind: 'budget',
  name: 'acme monthly',
  action,
  fields,
});
const reply = (...changes: ConfigChange[]): ConfigApplyReply => ({
  dryRun: false,
  changes,
  notes: [],
  generatedKeys: [],
});

describe('the answer to an apply, for a person', () => {
  it('says what is made, changed and removed', () => {
    const amount = { field: 'amount', from: '50.00', to: '60.00' };
    expect(
      describeReply('apply', reply(change('create'), change('update', [amount]), change('delete'))),
    ).toBe(
      [
        '+ budget acme monthly',
        '~ budget acme monthly',
        '    amount: 50.00 → 60.00',
        '- budget acme monthly',
        'Applied: 1 created, 1 updated, 1 removed.',
      ].join('\n'),
    );
  });

  it('says nothing of removing where nothing is removed', () => {
    expect(describeReply('diff', reply(change('create')))).toMatch(/\n1 to create, 0 to update\.$/);
  });
});
