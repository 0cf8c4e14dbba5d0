/** The log line by line: from a control plane, page after page, or from a file that such lines were written to. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ExportedLine, LOG_PARTS, type LogPart } from '@glidepath/protocol';
import type { Api } from '../api/client.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

interface Page {
  readonly asOf: number;
  readonly unsealed: number | null;
  readonly items: readonly unknown[];
  readonly next: string | null;
}

/** What was done just now is sealed within a second or two. */
const SEALED_WITHIN_MS = 15_000;
const LOOK_AGAIN_MS = 250;

export async function* exportedBy(api: Api, progress: (part: LogPart, lines: number) => void): AsyncGenerator<ExportedLine> {
  for (const part of LOG_PARTS) {
    const until = Date.now() + SEALED_WITHIN_MS;
    let lines = 0;
    for (let after: string | undefined; ; ) {
      const page = await api.get<Page>('/v1/log/export', { part, after });
      for (const item of page.items) yield { part, asOf: page.asOf, item } as ExportedLine;
      lines += page.items.length;
      progress(part, lines);
      if (page.next === null && (page.unsealed === null || Date.now() > until)) break;
      // Records were read before: what was done to them until then must be in the log that they are compared with.
      if (page.next === null) await sleep(LOOK_AGAIN_MS);
      after = page.next ?? lastBatch(page.items) ?? after;
    }
  }
}

/** Of batches: the id of one is the position of its first entry. */
function lastBatch(items: readonly unknown[]): string | undefined {
  const first = (items.at(-1) as { readonly first?: number } | undefined)?.first;
  return first === undefined ? undefined : `lgb_${String(first).padStart(16, '0')}`;
}

export async function* exportedIn(file: string): AsyncGenerator<ExportedLine> {
  let number = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (text.trim() !== '') yield lineOf(text, file, number);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why = error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new Failure(EXIT.usage, `${file} cannot be read: ${why}.`, {
      code: 'no-such-file',
      next: 'glidepath policy audit --export FILE',
    });
  }
  if (number === 0) throw new Failure(EXIT.usage, `${file} is empty.`, { code: 'bad-input', next: 'glidepath policy audit --export FILE' });
}

function lineOf(text: string, file: string, number: number): ExportedLine {
  try {
    const line = JSON.parse(text) as ExportedLine;
    if (LOG_PARTS.includes(line.part) && typeof line.item === 'object' && line.item !== null) return line;
  } catch {}
  throw new Failure(EXIT.usage, `${file}:${number} is no line of an export.`, {
    code: 'bad-input',
    details: [`expected: {"part": one of ${LOG_PARTS.join(', ')}, "asOf": …, "item": …}`],
  });
}
