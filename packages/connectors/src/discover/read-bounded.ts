/** Reads a plain file, or its head: without waiting for a pipe that took its place, and without following what grew meanwhile. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

export const WHOLE_BYTES_MAX = 8 * 1024 * 1024;
export const HEAD_BYTES = 64 * 1024;

/** Null: it may not be read, or is no plain file any more. */
export async function readBounded(path: string, bytesMax: number): Promise<Uint8Array | null> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const facts = await handle.stat();
      if (!facts.isFile()) return null;
      const buffer = Buffer.alloc(Math.min(bytesMax, Math.max(facts.size, 1)));
      let length = 0;
      while (length < buffer.length) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return buffer.subarray(0, length);
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}
