import { describe, expect, it } from '@jest/globals';
import { hasTestNamed, statementsOf } from './named-tests.js';
import { textOf } from './tree.js';

const GUIDE = 'docs/guides/operator-resilience.md';
const itself = 'tools/tidy/named-tests.spec.ts';

describe('what the guide to failures says', () => {
  it.each(statementsOf(textOf(GUIDE)).map((statement) => [statement.line.slice(0, 80), statement] as const))(
    'is shown by a test that exists: %s',
    (_, { files, absent, names }) => {
      expect(absent).toEqual([]);
      expect(files).not.toEqual([]);
      expect(names).not.toEqual([]);
      expect(names.filter((name) => !files.some((file) => isIn(file, name)))).toEqual([]);
    },
  );
});

describe('a test', () => {
  const source = [
    "describe('a suite', () => {",
    "  it('shows that it holds, whatever comes', () => undefined);",
    "  it.each(['first row', 'second row'])('shows %s in full', () => undefined);",
    '  it(`depends on ${where === 1 ? `here` : `there`}`, () => undefined);',
    '});',
  ].join('\n');

  it.each([
    'shows that it holds, whatever comes',
    'a suite shows that it holds, whatever comes',
    'shows that it holds',
    'first row',
    'shows second row in full',
    'a suite shows first row in full',
    'depends on',
  ])('is found by "%s"', (name) => {
    expect(hasTestNamed(source, name)).toBe(true);
  });

  it.each([
    ...['whatever comes', 'shows that it ho', 'anything', 'a suite shows nothing'],
    'shows third row in full',
  ])('is not found by "%s"', (name) => {
    expect(hasTestNamed(source, name)).toBe(false);
  });
});

describe('a statement', () => {
  const page = (cell: string) =>
    `# Page\n\n## Section\n\nTests are in \`tools/tidy\`.\n\n| a | b |\n| - | - |\n| it fails | ${cell} |\n`;

  it('names files from the root or from the folder of its section, and tests', () => {
    expect(statementsOf(page('`named-tests.spec.ts`: "one"; "two"'))).toMatchObject([
      { files: [itself], absent: [], names: ['one', 'two'] },
    ]);
    expect(statementsOf(page(`\`${itself}\`: "one"`))).toMatchObject([{ files: [itself], absent: [] }]);
  });

  it('shows a file that is nowhere', () => {
    expect(statementsOf(page('`gone.spec.ts`: "one"'))).toMatchObject([
      { files: [], absent: ['gone.spec.ts'] },
    ]);
  });
});

/** A report names what was played in its tables. */
function isIn(file: string, name: string): boolean {
  return file.endsWith('.md') ? textOf(file).includes(`| ${name} `) : hasTestNamed(textOf(file), name);
}
