import { describe, expect, it } from '@jest/globals';
import { modelLegs, resolveAlias, servingGroups, type ModelCatalogue } from './legs.js';

const catalogue = (entries: Record<string, object>): ModelCatalogue =>
  new Map(Object.entries(entries).map(([name, entry]) => [name, { enabled: true, ...entry }]));

describe('the models that serve a request', () => {
  it('are the one asked, its alias followed, and its fallbacks in their order, each once', () => {
    const models = catalogue({
      best: { alias: 'one', fallbacks: ['two', { model: 'also-two', on: ['content-filter'] }, 'three'] },
      'also-two': { alias: 'two' },
      three: { enabled: false },
    });
    expect(modelLegs('best', models)).toEqual([
      { model: 'one', on: ['failure'] },
      { model: 'two', on: ['failure', 'context-window'] },
    ]);
  });

  it('are none when the model or what it stands for is switched off, or stands for itself', () => {
    const models = catalogue({
      off: { enabled: false },
      to: { alias: 'off' },
      a: { alias: 'b' },
      b: { alias: 'a' },
    });
    for (const name of ['off', 'to', 'a']) expect(modelLegs(name, models)).toEqual([]);
    expect(resolveAlias('a', models)).toBeUndefined();
  });

  it('serve the group auto by its groups, where there are any', () => {
    expect(servingGroups('auto', ['cheap', 'dear'])).toEqual(['cheap', 'dear']);
    expect(servingGroups('auto', [])).toEqual(['auto']);
    expect(servingGroups('vip', ['cheap'])).toEqual(['vip']);
  });
});
