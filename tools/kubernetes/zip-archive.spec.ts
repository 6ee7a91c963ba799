import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { extractFile } from './zip-archive.js';

interface File {
  readonly name: string;
  readonly text: string;
  readonly deflated: boolean;
}

/** An archive as zip tools write them: local headers with an extra field, then the directory. */
function archiveOf(files: readonly File[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, text, deflated } of files) {
    const data = deflated ? deflateRawSync(text) : Buffer.from(text);
    const local = Buffer.alloc(30);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(4, 28);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(deflated ? 8 : 0, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt16LE(8, 30);
    entry.writeUInt32LE(offset, 42);
    const parts = [local, Buffer.from(name), Buffer.alloc(4), data];
    locals.push(...parts);
    directory.push(entry, Buffer.from(name), Buffer.alloc(8));
    offset += Buffer.concat(parts).length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end, Buffer.from('a comment')]);
}

describe('extractFile', () => {
  const archive = archiveOf([
    { name: 'a/stored', text: 'as it is', deflated: false },
    { name: 'b/deflated', text: 'again and again '.repeat(99), deflated: true },
  ]);

  it('takes stored and deflated files out', () => {
    expect(extractFile(archive, 'a/stored').toString()).toBe('as it is');
    expect(extractFile(archive, 'b/deflated').toString()).toBe('again and again '.repeat(99));
  });

  it('says what is wrong', () => {
    expect(() => extractFile(archive, 'c')).toThrow('the ZIP archive holds no c');
    expect(() => extractFile(Buffer.from('<html>not found</html>'), 'c')).toThrow('this is no ZIP archive');
  });
});
