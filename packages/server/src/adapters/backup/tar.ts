/**
 * As much of ustar as a backup needs: headers of regular files, written and read. Pure; bytes in, bytes out.
 *
 * Sizes are octal and below 8 GiB: members are parts of a few MiB. Everything that could differ between two runs (owner,
 * time) is a constant, so that the same content is the same bytes.
 */

export const BLOCK = 512;

export interface Member {
  readonly name: string;
  readonly size: number;
}

/** The 512 bytes before a member. */
export function memberHeader({ name, size }: Member): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100, 'ascii');
  block.write('0000600\0', 100, 'ascii');
  block.write('0000000\0', 108, 'ascii');
  block.write('0000000\0', 116, 'ascii');
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'ascii');
  block.write('00000000000\0', 136, 'ascii');
  block.write('        ', 148, 'ascii');
  block.write('0', 156, 'ascii');
  block.write('ustar\x0000', 257, 'ascii');
  block.write(`${checksumOf(block).toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  return block;
}

/** Null: not a header that we write (another kind of file, a wrong checksum, or the zeros at the end). */
export function readMemberHeader(block: Uint8Array): Member | null {
  const bytes = Buffer.from(block.buffer, block.byteOffset, BLOCK);
  const said = Number.parseInt(textAt(bytes, 148, 8), 8);
  const blank = Buffer.from(bytes);
  blank.write('        ', 148, 'ascii');
  if (checksumOf(blank) !== said || textAt(bytes, 257, 5) !== 'ustar' || textAt(bytes, 156, 1) !== '0') return null;
  const size = textAt(bytes, 124, 12);
  return /^[0-7]{11}$/.test(size) ? { name: textAt(bytes, 0, 100), size: Number.parseInt(size, 8) } : null;
}

/** Zeros that fill a member up to whole blocks. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function checksumOf(block: Uint8Array): number {
  return block.reduce((sum, byte) => sum + byte, 0);
}

function textAt(bytes: Buffer, from: number, length: number): string {
  return bytes
    .toString('latin1', from, from + length)
    .replace(/\0.*$/s, '')
    .trim();
}
