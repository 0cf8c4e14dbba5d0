/** Reads an answer's body up to its cap, counted before and after decompression, so that no answer grows in our memory. */
import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { type Denial, deny, type EgressReason, ok, type Result } from '@glidepath/core';
import { codeOf } from './connect-pinned.ts';

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Marks that a cap was met; it never leaves this file. */
class CapMet extends Error {}

export async function readBody(answer: IncomingMessage, host: string, maxBytes: number): Promise<Result<Uint8Array, EgressReason>> {
  const coding = answer.headers['content-encoding']?.trim().toLowerCase() ?? '';
  const isCoded = coding !== '' && coding !== 'identity';
  const decoder = isCoded ? DECODERS[coding] : undefined;
  if (isCoded && !decoder) return deny('bad-answer', `${host} answered in a compression that was not asked for.`, { host });
  if (Number(answer.headers['content-length'] ?? 0) > maxBytes) return tooLarge(host, maxBytes);

  const chunks: Uint8Array[] = [];
  const keep = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of capped(source, maxBytes)) chunks.push(chunk);
  };
  const raw = (source: AsyncIterable<Uint8Array>) => capped(source, maxBytes);
  try {
    const first = await firstChunk(answer);
    if (first === null) return ok(new Uint8Array());
    await (decoder ? pipeline(answer, raw, decoder(), keep) : pipeline(answer, keep));
  } catch (error) {
    if (error instanceof CapMet) return tooLarge(host, maxBytes);
    return deny('bad-answer', `The answer of ${host} broke off or cannot be decompressed (${codeOf(error)}).`, { host });
  }
  return ok(Buffer.concat(chunks));
}

async function* capped(source: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > maxBytes) throw new CapMet();
    yield chunk;
  }
}

/** Waits until there is something to read; null: the body is empty, which no decompressor takes for an end. */
async function firstChunk(answer: IncomingMessage): Promise<true | null> {
  if (answer.readableLength > 0) return true;
  return new Promise((resolve, reject) => {
    answer.once('readable', () => resolve(answer.readableLength > 0 ? true : null));
    answer.once('end', () => resolve(null));
    answer.once('error', reject);
    answer.once('close', () => resolve(null));
  });
}

function tooLarge(host: string, maxBytes: number): Denial<EgressReason> {
  return deny('too-large', `The answer of ${host} is larger than ${maxBytes} bytes; reading stopped there.`, { host, maxBytes });
}
