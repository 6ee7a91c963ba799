import { inflateRawSync } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_LENGTH = 22;
const ENTRY_LENGTH = 46;
const LOCAL_HEADER_LENGTH = 30;
const DEFLATED = 8;

/**
 * One file of a ZIP archive; enough for archives below 4 GB with stored or deflated files.
 * @throws Error if the archive can't be read or has no such file
 */
export function extractFile(archive: Buffer, name: string): Buffer {
  const entry = findEntry(archive, name);
  const dataStart =
    entry.headerOffset +
    LOCAL_HEADER_LENGTH +
    archive.readUInt16LE(entry.headerOffset + 26) +
    archive.readUInt16LE(entry.headerOffset + 28);
  const data = archive.subarray(dataStart, dataStart + entry.compressedBytes);
  return entry.method === DEFLATED ? inflateRawSync(data) : data;
}

interface Entry {
  readonly method: number;
  readonly compressedBytes: number;
  readonly headerOffset: number;
}

/** Looks into the directory at the archive's end: local headers may lack the sizes. */
function findEntry(archive: Buffer, name: string): Entry {
  let end = archive.length - END_LENGTH;
  while (end >= 0 && archive.readUInt32LE(end) !== END_OF_DIRECTORY) end -= 1;
  if (end < 0) throw new Error('this is no ZIP archive');
  let offset = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (archive.readUInt32LE(offset) !== DIRECTORY_ENTRY) throw new Error('the ZIP archive is damaged');
    const nameLength = archive.readUInt16LE(offset + 28);
    const nameStart = offset + ENTRY_LENGTH;
    if (archive.toString('utf8', nameStart, nameStart + nameLength) === name) {
      return {
        method: archive.readUInt16LE(offset + 10),
        compressedBytes: archive.readUInt32LE(offset + 20),
        headerOffset: archive.readUInt32LE(offset + 42),
      };
    }
    offset = nameStart + nameLength + archive.readUInt16LE(offset + 30) + archive.readUInt16LE(offset + 32);
  }
  throw new Error(`the ZIP archive holds no ${name}`);
}
