/**
 * Lints sources that stand in no file. Reads `[{file, source}]` from standard input and prints, for each,
 * `{asIs, withoutCircles}`, both `[{rule, message}]`: Nx names a circle between projects before any other boundary,
 * so the second look leaves circles aside. A process of its own, since ESLint and Nx do not run in Jest's sandbox.
 */
import { text } from 'node:stream/consumers';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { inRoot, root } from '../workspace/paths.mjs';

const boundaryRule = '@nx/enforce-module-boundaries';

const reports = [];
for (const { file, source } of JSON.parse(await text(process.stdin))) {
  const path = inRoot(file);
  const asIs = await lint(path, source, {});
  reports.push({ asIs, withoutCircles: await lint(path, source, await circlesIgnored(path)) });
}
console.log(JSON.stringify(reports));

async function lint(filePath, source, rules) {
  // The rules under test need no types; without them a source need not be part of a compiled project.
  const overrideConfig = [tseslint.configs.disableTypeChecked, { files: ['**/*.ts'], rules }];
  const [result] = await new ESLint({ cwd: root, overrideConfig }).lintText(source, { filePath });
  return result.messages.map(({ ruleId, message }) => ({ rule: ruleId, message }));
}

/** The boundary rule as it is set for the file, but content with circles. */
async function circlesIgnored(path) {
  const { rules } = await new ESLint({ cwd: root }).calculateConfigForFile(path);
  const [, options] = rules[boundaryRule];
  return { [boundaryRule]: ['error', { ...options, ignoredCircularDependencies: [['*', '*']] }] };
}
