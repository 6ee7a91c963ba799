import { configFile, type ConfigFile } from '@tollgate/contracts';
import { LineCounter, parseDocument } from 'yaml';
import type { SettingsPatch } from '../settings/merge-settings.js';
import { ConfigFileError } from './config-problems.js';
import { describeIssues } from './describe-issues.js';

/** How often YAML aliases may be resolved: a small file can't unfold into a large one. */
const ALIASES_MAX = 100;

/** The declarative file as read; `settings` holds only what the file names, without defaults. */
export type ParsedConfigFile = Omit<ConfigFile, 'settings'> & { readonly settings: SettingsPatch };

/**
 * Reads the declarative file: YAML or JSON text, or a value that was already parsed.
 *
 * @throws ConfigFileError naming line and column of a syntax error, or the path of each wrong field
 */
export function parseConfigFile(source: unknown): ParsedConfigFile {
  const value = typeof source === 'string' ? parseYaml(source) : source;
  if (value === null || value === undefined) {
    throw new ConfigFileError([{ path: '', message: 'the file is empty; it needs at least "version: 1"' }]);
  }
  const result = configFile.safeParse(value);
  if (!result.success) throw new ConfigFileError(describeIssues(result.error.issues, value));
  // The schema fills defaults into the settings; only what the file itself names may change.
  const named = (value as { settings?: SettingsPatch }).settings;
  return { ...result.data, settings: named ?? {} };
}

function parseYaml(text: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const error = document.errors[0];
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new ConfigFileError([
      { path: '', message: `YAML syntax error at line ${line}, column ${col}: ${error.message}` },
    ]);
  }
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown reason';
    throw new ConfigFileError([{ path: '', message: `the YAML can't be read: ${reason}` }]);
  }
}
