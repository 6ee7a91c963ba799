import { describe, expect, it } from '@jest/globals';
import { SharedMembers } from './shared-members.js';

interface Facts {
  readonly model: string;
}

interface Source extends Facts {
  readonly owner: object;
}

function shared() {
  const encoded: string[] = [];
  const members = new SharedMembers<Source, Facts>({
    owner: ({ owner }) => owner,
    facts: ({ model }) => ({ model }),
    same: (one, other) => one.model === other.model,
    encode: ({ model }) => {
      encoded.push(model);
      return `"model":${JSON.stringify(model)}`;
    },
  });
  return { members, encoded };
}

const textOf = (json: Uint8Array): string => Buffer.from(json).toString();

describe('members that entries share', () => {
  it('are encoded once for each owner', () => {
    const { members, encoded } = shared();
    const [one, other] = [{}, {}];
    for (const owner of [one, one, other, one, other]) {
      expect(textOf(members.of({ owner, model: 'größer' }))).toBe('"model":"größer"');
    }
    expect(encoded).toHaveLength(2);
  });

  it('are known for some variants of an owner, the latest', () => {
    const { members, encoded } = shared();
    const owner = {};
    const ask = (model: number): string => textOf(members.of({ owner, model: `${model}` }));
    for (let model = 0; model < 100; model += 1) expect(ask(model)).toBe(`"model":"${model}"`);
    expect(encoded).toHaveLength(100);
    for (let model = 99; model > 92; model -= 1) expect(ask(model)).toBe(`"model":"${model}"`);
    expect(encoded).toHaveLength(100);
    expect(ask(0)).toBe('"model":"0"');
    expect(encoded).toHaveLength(101);
  });

  it('keep of what they were learnt from only what they depend on', () => {
    const kept: object[] = [];
    const members = new SharedMembers<Source, Facts>({
      owner: ({ owner }) => owner,
      facts: ({ model }) => ({ model }),
      same: (known) => kept.push(known) > 0,
      encode: ({ model }) => model,
    });
    const source = { owner: {}, model: 'm', warnings: ['of a large request'] };
    members.of(source);
    members.of(source);
    expect(kept).toEqual([{ model: 'm' }]);
  });

  it('are forgotten when there are too many, and learnt anew', () => {
    const { members, encoded } = shared();
    const owners = Array.from({ length: 5_000 }, () => ({}));
    const askAll = (): string[] => owners.map((owner) => textOf(members.of({ owner, model: 'm' })));
    for (const asked of [askAll(), askAll()]) expect(new Set(asked)).toEqual(new Set(['"model":"m"']));
    expect(encoded.length).toBeGreaterThan(5_000);
    const before = encoded.length;
    for (const owner of owners.slice(-500)) members.of({ owner, model: 'm' });
    expect(encoded).toHaveLength(before);
  });
});
