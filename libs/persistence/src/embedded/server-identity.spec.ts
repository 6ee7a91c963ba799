import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { assertReachable, chooseIdentity } from './server-identity.js';

const stranger = { uid: 54_321, gid: 54_321 };
const what = 'its data';

describe('the user that Postgres runs as', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tollgate-identity-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('must be able to enter each folder above: the first closed one is named, with what to do', () => {
    chmodSync(folder, 0o700);
    expect(() => {
      assertReachable(join(folder, 'deep', 'data'), stranger, { what });
    }).toThrow(
      `Started by root, Postgres runs as user 54321, which may not enter ${folder}, where its data are: start ` +
        `Tollgate as an ordinary user, use another folder, or run "chmod o+x ${folder}".`,
    );
  });

  it('gets in where others may pass, where its group may, and where the folder is its own', () => {
    const { uid, gid } = statSync(folder);
    const path = join(folder, 'data');
    chmodSync(folder, 0o711);
    expect(() => {
      assertReachable(path, stranger, { what });
    }).not.toThrow();
    chmodSync(folder, 0o710);
    expect(() => {
      assertReachable(path, { uid: stranger.uid, gid }, { what });
    }).not.toThrow();
    chmodSync(folder, 0o700);
    expect(() => {
      assertReachable(path, { uid, gid }, { what });
    }).not.toThrow();
  });

  it('is this very user when that is not root, and never root', () => {
    const isRoot = process.getuid?.() === 0;
    expect(chooseIdentity(join(folder, 'absent'))).toEqual(isRoot ? { uid: 65_534, gid: 65_534 } : undefined);
    expect(chooseIdentity(folder)).toEqual(isRoot ? { uid: 65_534, gid: 65_534 } : undefined);
    const owned = join(folder, 'owned');
    mkdirSync(owned);
    if (isRoot) chownSync(owned, stranger.uid, stranger.gid);
    expect(chooseIdentity(owned)).toEqual(isRoot ? stranger : undefined);
  });
});
