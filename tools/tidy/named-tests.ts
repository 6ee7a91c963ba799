import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { inRoot } from '../workspace/paths.mjs';
import { filesBelow } from './tree.ts';

/** A statement of a page, and the tests that it says show it. */
export interface Statement {
  readonly line: string;
  /** Paths in the workspace, as far as they are there. */
  readonly files: readonly string[];
  /** Files that it names and that are nowhere. */
  readonly absent: readonly string[];
  readonly names: readonly string[];
}

const allFiles = filesBelow();

/** Parts of a name that a `describe` and an `it` may contribute. */
const PARTS_MAX = 4;

/**
 * Reads the tables of a page whose last column names tests: files in backticks, from the root or from a folder that the
 * section names, and names of tests in double quotes. A row without a file means the section's.
 */
export function statementsOf(page: string): Statement[] {
  return page
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const lines = section.split('\n');
      const rows = lines.filter((line) => line.startsWith('|')).slice(2);
      const intro = lines.filter((line) => !line.startsWith('|')).join('\n');
      const folders = codeIn(section).filter((code) => code.includes('/'));
      return rows.map((row) => statementOf(row, { intro, folders: folders.map(folderOf) }));
    });
}

/** Whether the name of a test in the source begins so: by one title, or by those of a suite and a test in it, joined. */
export function hasTestNamed(source: string, name: string): boolean {
  return isComposed(name, titlesOf(source), PARTS_MAX);
}

interface Section {
  /** Its text without its tables. */
  readonly intro: string;
  /** That it names, or in which a file is that it names. */
  readonly folders: readonly string[];
}

function statementOf(row: string, { intro, folders }: Section): Statement {
  const cell = row.split(' | ').at(-1) ?? '';
  const named = codeIn(cell).filter((code) => /\.(ts|md)$/.test(code));
  const found = named.map((file) => ({ file, at: locate(file, folders) }));
  return {
    line: row.trim(),
    files:
      named.length > 0
        ? found.flatMap(({ at }) => at ?? [])
        : codeIn(intro).filter((code) => code.endsWith('.spec.ts')),
    absent: found.filter(({ at }) => at === undefined).map(({ file }) => file),
    names: [...cell.matchAll(/"([^"]+)"/g)].map(([, name]) => name ?? ''),
  };
}

function folderOf(path: string): string {
  return /\.\w+$/.test(path) ? posix.dirname(path) : path.replace(/\/$/, '');
}

/** The one file of that name, where no folder that is named has it. */
function locate(file: string, folders: readonly string[]): string | undefined {
  const near = [file, ...folders.map((folder) => `${folder}/${file}`)].find((path) =>
    existsSync(inRoot(path)),
  );
  const far = near === undefined ? allFiles.filter((path) => path.endsWith(`/${file}`)) : [];
  return near ?? (far.length === 1 ? far[0] : undefined);
}

function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '');
}

/** Where a table or a template fills something in. */
const PLACE = /%[sdij]|\$\{.*(?:\}|$)|\$\w+/;

interface Title {
  isWhole(text: string): boolean;
  /** Ends where a word ends. */
  begins(text: string): boolean;
}

/** All texts in quotes; what a table or a template fills in fits anything that stands in the file. */
function titlesOf(source: string): Title[] {
  const literals = source.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g);
  return [...literals].flatMap(([, single, double, template]) => {
    const title = (single ?? double ?? template ?? '').replace(/\\(.)/g, '$1');
    const parts = title.split(PLACE);
    // What is filled in everywhere would fit every name.
    if (parts.every((part) => part.trim() === '')) return [];
    const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    const begins = (text: string) => title.startsWith(text) && /^[ ,:]/.test(title.slice(text.length));
    const whole = new RegExp(`^${escaped.join('(.*)')}$`);
    const isWhole = (text: string): boolean => {
      const filledIn = whole.exec(text)?.slice(1);
      return filledIn?.every((part) => PLACE.test(part) || source.includes(part)) ?? false;
    };
    return [{ isWhole, begins }];
  });
}

function isComposed(name: string, titles: readonly Title[], parts: number): boolean {
  if (titles.some((title) => title.isWhole(name) || title.begins(name))) return true;
  if (parts === 1) return false;
  return [...name.matchAll(/ /g)].some(({ index }) => {
    const suite = name.slice(0, index);
    const isSuite = titles.some((title) => title.isWhole(suite));
    return isSuite && isComposed(name.slice(index + 1), titles, parts - 1);
  });
}
