/** Replace `[start, end)` by `text`; `start === end` inserts. */
export interface Patch {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Applies patches that do not overlap, in any order, with one copy of the body. */
export function splice(body: Buffer, patches: readonly Patch[]): Buffer {
  if (patches.length === 0) return body;
  const ordered =
    patches.length === 1 ? patches : [...patches].sort((a, b) => a.start - b.start || a.end - b.end);
  let size = body.length;
  for (const patch of ordered) size += Buffer.byteLength(patch.text) - (patch.end - patch.start);
  const out = Buffer.allocUnsafe(size);
  let read = 0;
  let written = 0;
  for (const patch of ordered) {
    written += body.copy(out, written, read, patch.start);
    written += out.write(patch.text, written);
    read = patch.end;
  }
  body.copy(out, written, read);
  return out;
}
