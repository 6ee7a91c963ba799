import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chooseIdentity, runAs } from './server-identity.js';

const stranger = { uid: 54_321, gid: 54_321 };
/** As on a system without it. */
const NO_SETPRIV = null;

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
    expect(() => runAs(stranger, [join(folder, 'deep', 'data')], NO_SETPRIV)).toThrow(
      `Started by root, Postgres runs as user 54321, which may not enter ${folder}: start Tollgate as an ordinary ` +
        `user, use another folder, run "chmod o+x ${folder}", or install setpriv (Debian: util-linux).`,
    );
  });

  it('passes through closed folders with one privilege, where setpriv can give it', () => {
    chmodSync(folder, 0o700);
    const command = runAs(stranger, [join(folder, 'data')], '/usr/bin/setpriv')('/bin/postgres', ['-D', 'x']);
    expect(command).toEqual({
      executable: '/usr/bin/setpriv',
      arguments: [
        ...['--reuid=54321', '--regid=54321', '--clear-groups'],
        ...['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'],
        '--securebits=+no_setuid_fixup',
        ...['/bin/postgres', '-D', 'x'],
      ],
      options: {},
    });
  });

  it('gets in where others may pass, where its group may, and where the folder is its own', () => {
    const { uid, gid } = statSync(folder);
    const path = join(folder, 'data');
    const enter = (identity: { uid: number; gid: number }) => () =>
      runAs(identity, [path], NO_SETPRIV)('/bin/postgres', []).options;
    chmodSync(folder, 0o711);
    expect(enter(stranger)()).toEqual(stranger);
    chmodSync(folder, 0o710);
    expect(enter({ uid: stranger.uid, gid })).not.toThrow();
    chmodSync(folder, 0o700);
    expect(enter({ uid, gid })).not.toThrow();
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
