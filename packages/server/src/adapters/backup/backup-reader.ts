/**
 * Reads a backup file from its beginning to its end, in pieces, and checks it: form, order of members, digest of each table,
 * checksum of the whole. Knows no database; what was read is good only when the reading has ended.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  type BackupHeader,
  type BackupManifest,
  backupFault,
  CHECKSUM,
  HEADER,
  MANIFEST,
  readHeader,
  readManifest,
  type TableDigest,
  tableOfMember,
} from './backup-format.ts';
import { BLOCK, paddingOf, readMemberHeader } from './tar.ts';

export interface BackupListener {
  header?(header: BackupHeader): Promise<void> | void;
  /** Rows of one table, in the order of the file. */
  rows?(table: string, chunk: Uint8Array): Promise<void> | void;
}

/** No member of ours is larger; a file that says otherwise is not read into memory. */
const MEMBER_MAX = 64 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;

/** Throws `backup-damaged`, `backup-newer` or `backup-unreadable`. */
export async function readBackup(file: string, listener: BackupListener = {}): Promise<{ header: BackupHeader; manifest: BackupManifest }> {
  const source = new Source(file);
  try {
    return await readMembers(source, listener);
  } finally {
    source.close();
  }
}

async function readMembers(source: Source, listener: BackupListener): Promise<{ header: BackupHeader; manifest: BackupManifest }> {
  let header: BackupHeader | null = null;
  let manifest: BackupManifest | null = null;
  const tables = new Tables();
  for (;;) {
    const before = source.digest();
    const found = readMemberHeader(await source.take(BLOCK));
    if (found === null || found.size > MEMBER_MAX) throw damaged('a part of it is no part of a backup');
    const content = await source.take(found.size);
    await source.take(paddingOf(found.size));
    if (found.name === CHECKSUM) {
      if (content.toString('latin1').trim() !== before) throw damaged('its checksum is another');
      if (header === null || manifest === null) throw damaged('it lacks its first or its last part');
      return { header, manifest };
    }
    if (manifest !== null) throw damaged('something follows its end');
    if (found.name === HEADER && header === null) {
      header = readHeader(content);
      await listener.header?.(header);
    } else if (header === null) throw damaged('it does not begin as a backup');
    else if (found.name === MANIFEST) manifest = checked(readManifest(content), header, tables.digests());
    else {
      const table = tableOfMember(found.name);
      if (table === null || !header.tables.some(({ name }) => name === table)) throw damaged(`it holds ${JSON.stringify(found.name)}`);
      tables.add(table, content);
      await listener.rows?.(table, content);
    }
  }
}

/** What the manifest says, if it is what was read. */
function checked(manifest: BackupManifest, header: BackupHeader, read: ReadonlyMap<string, TableDigest>): BackupManifest {
  for (const { name } of header.tables) {
    const said = manifest.tables.find((table) => table.name === name);
    const found = read.get(name) ?? { name, rows: 0, bytes: 0, sha256: createHash('sha256').digest('hex') };
    if (said === undefined || said.rows !== found.rows || said.sha256 !== found.sha256) throw damaged(`the rows of ${name} are others`);
  }
  if (manifest.tables.length !== header.tables.length) throw damaged('it lists other tables than it begins with');
  return manifest;
}

/** Digests of tables as their rows come by. */
export class Tables {
  readonly #tables = new Map<string, { rows: number; bytes: number; hash: Hash }>();

  add(name: string, chunk: Uint8Array): void {
    const table = this.#tables.get(name) ?? { rows: 0, bytes: 0, hash: createHash('sha256') };
    table.hash.update(chunk);
    table.bytes += chunk.length;
    // COPY text writes a line break within a value as \n: each true one ends a row.
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) table.rows += 1;
    this.#tables.set(name, table);
  }

  digests(): ReadonlyMap<string, TableDigest> {
    const entries = [...this.#tables].map(([name, { rows, bytes, hash }]): [string, TableDigest] => {
      return [name, { name, rows, bytes, sha256: hash.copy().digest('hex') }];
    });
    return new Map(entries);
  }
}

/** Bytes of a file on demand, hashed as they are taken. */
class Source {
  readonly #stream: ReturnType<typeof createReadStream>;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #hash = createHash('sha256');
  #left: Buffer = Buffer.alloc(0);

  constructor(file: string) {
    this.#stream = createReadStream(file, { highWaterMark: READ_BYTES });
    this.#chunks = this.#stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  async take(size: number): Promise<Buffer> {
    const parts = [this.#left];
    let have = this.#left.length;
    while (have < size) {
      const next = await this.#next();
      parts.push(next);
      have += next.length;
    }
    const all = parts.length === 1 ? this.#left : Buffer.concat(parts, have);
    this.#left = all.subarray(size);
    const taken = all.subarray(0, size);
    this.#hash.update(taken);
    return taken;
  }

  async #next(): Promise<Buffer> {
    try {
      const next = await this.#chunks.next();
      if (!next.done) return next.value;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw backupFault('backup-unreadable', `The backup cannot be read: ${why}.`, error);
    }
    throw damaged('it ends before its end: it was cut off');
  }

  close(): void {
    this.#stream.destroy();
  }
}

function damaged(how: string): Error {
  return backupFault('backup-damaged', `The backup is damaged: ${how}. Nothing was restored.`);
}
