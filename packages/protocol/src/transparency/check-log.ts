/**
 * Checks a whole log without asking anybody: that every entry is the one that was sealed, that every head is signed and of this
 * log, and that policies, what is in force and the status of licenses are what the log says.
 *
 * Lines are added in the order of `LOG_PARTS`. Nothing throws for whatever stands in them: what cannot be read is a finding.
 */
import type { Instant } from '@glidepath/core';
import type { Crypto } from '../crypto.ts';
import { decodeBase64Url, encodeBase64Url } from '../words/base64url.ts';
import type { KnownRecords } from './check-records.ts';
import { createKnownRecords } from './check-records.ts';
import { type ExportedKeys, readExportedKeys } from './exported-keys.ts';
import { auditLeafHash } from './log-entry.ts';
import type { ExportedItems, ExportedLine } from './log-export.ts';
import type { LogFinding } from './log-finding.ts';
import { Frontier } from './merkle.ts';

export interface CheckedLog {
  readonly findings: readonly LogFinding[];
  readonly remarks: readonly string[];
  readonly entries: number;
  readonly batches: number;
  readonly policies: number;
  readonly pointers: number;
  readonly licenses: number;
  /** base64url; of no entries the root of nothing. */
  readonly root: string;
  readonly sealedAt: Instant | null;
}

/** A head that was seen before: the log must still begin with it. */
export interface EarlierHead {
  readonly size: number;
  readonly root: string;
}

export interface LogCheck {
  add(line: ExportedLine): void;
  end(): CheckedLog;
}

export interface LogCheckOptions {
  readonly crypto: Crypto;
  /** Public keys that are trusted; none: those of the export itself, and a remark says so. */
  readonly roots: readonly string[];
  readonly earlier: readonly EarlierHead[];
  readonly now: Instant;
}

/** Past it nobody reads on. */
const FINDINGS_MAX = 1_000;

export function checkLog(options: LogCheckOptions): LogCheck {
  const { crypto } = options;
  const findings: LogFinding[] = [];
  const find = (kind: LogFinding['kind'], subject: string, sentence: string): void => {
    if (findings.length < FINDINGS_MAX) findings.push({ kind, subject, sentence });
  };
  const environments: ExportedItems['environments'][] = [];
  const sets: ExportedItems['key-sets'][] = [];
  const records: KnownRecords = createKnownRecords(crypto, find);
  const frontier = new Frontier(crypto);
  const roots = new Map<number, string>([[0, encodeBase64Url(frontier.root())]]);
  let keys: ExportedKeys | null = null;
  let batches = 0;
  let sealedAt: Instant | null = null;

  function knownKeys(): ExportedKeys {
    keys ??= readExportedKeys(environments, sets, options, find);
    return keys;
  }

  function addBatch({ first, size, root, leaves, head, ids, entries, sealedAt: at, incarnation }: ExportedItems['batches']): void {
    const subject = `entries ${first} to ${size - 1}`;
    batches += 1;
    if (
      first !== frontier.size ||
      size !== first + ids.length ||
      entries.length !== ids.length ||
      leaves.length !== ids.length * HASH_CHARS
    )
      find('order', subject, `The log goes on at ${first} with ${ids.length} entries, where ${frontier.size} is next.`);
    for (const [place, id] of ids.entries()) {
      const sealed = leaves.slice(place * HASH_CHARS, (place + 1) * HASH_CHARS);
      const entry = entries[place] ?? null;
      if (entry === null) find('entry', id, `The entry ${id} (position ${first + place}) was sealed and is gone.`);
      else {
        if (entry.id !== id || auditLeafHash(entry, crypto) !== sealed)
          find('entry', id, `The entry ${id} (position ${first + place}) is not what was sealed: somebody has changed it.`);
        records.tell(entry);
      }
      const leaf = decodeBase64Url(sealed);
      if (leaf?.length === HASH_BYTES) frontier.append(leaf);
    }
    const found = encodeBase64Url(frontier.root());
    roots.set(size, found);
    if (found !== root) find('root', subject, `The root of the first ${size} entries is not the one that was kept with them.`);
    const refused = knownKeys().openHead(head, { size, root: found, at, incarnation });
    if (refused !== null) find('head', subject, `The head of ${size} entries ${refused}.`);
    sealedAt = at;
  }

  return {
    add(line) {
      try {
        if (line.part === 'environments') environments.push(line.item);
        else if (line.part === 'key-sets') sets.push(line.item);
        else if (line.part === 'batches') addBatch(line.item);
        else records.add(line);
      } catch (error) {
        find('malformed', line.part, `A line of ${line.part} cannot be read: ${error instanceof Error ? error.message : 'malformed'}.`);
      }
    },
    end() {
      const known = knownKeys();
      records.compare();
      for (const { name, head } of environments) {
        if (head === null) continue;
        const refused = known.openHead(head, null, roots);
        if (refused !== null) find('head', name, `The head that was signed for ${name} at the export ${refused}.`);
      }
      for (const { size, root } of options.earlier) {
        if (roots.get(size) !== root)
          find(
            'history',
            `size ${size}`,
            `A head of ${size} entries was seen before, and this log does not begin with them: it was rolled back or rewritten.`,
          );
      }
      const { policies, pointers, licenses } = records.counts();
      const root = encodeBase64Url(frontier.root());
      return { findings, remarks: known.remarks, entries: frontier.size, batches, policies, pointers, licenses, root, sealedAt };
    },
  };
}

const HASH_BYTES = 32;
/** A hash in base64url. */
const HASH_CHARS = 43;
