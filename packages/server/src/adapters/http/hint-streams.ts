/**
 * The open streams of `GET /v1/hints`: which of them a hint concerns, and how many there may be.
 *
 * A stream says that there is something to fetch, never what. All that is kept for one that reads slowly are two bits, what it
 * has to be told when it can take more; so hints coalesce, and nobody's memory grows. One that takes nothing through two beats
 * is dropped, and each ends after an hour at most, so that its key is looked at again and nodes share the load anew.
 */
import type { ServerResponse } from 'node:http';
import { type Milliseconds, type Random, SECOND, type Store } from '@glidepath/core';
import type { Bus, Hint, Log } from '../../world.ts';

/** What one stream is about, as the command `hint.follow` answers. */
export interface HintScope {
  /** Id of the license key. */
  readonly key: string;
  readonly license: string;
  readonly environment: string;
  /** The policy whose pointer the license follows; null: none. */
  readonly policy: string | null;
}

export interface StreamLimits {
  readonly streamsMax: number;
  /** A fleet shares one key. */
  readonly streamsPerKeyMax: number;
  /** Between two signs of life. */
  readonly beatMs: Milliseconds;
}

export const STREAM_LIMITS: StreamLimits = { streamsMax: 20_000, streamsPerKeyMax: 5_000, beatMs: 15 * SECOND };

export interface HintStreams {
  /** Why another stream is not to be had now; null: it is. */
  refuses(key: string): 'per-key' | 'in-all' | null;
  /** Begins to write; the headers are out. */
  open(scope: HintScope, response: ServerResponse): void;
  readonly size: number;
  /** Ends all streams; no hint is heard any more. */
  close(): void;
}

interface Stream extends HintScope {
  readonly response: ServerResponse;
  isLicenseDue: boolean;
  isKeySetDue: boolean;
  /** Terms may name another policy since: it is told of every one. */
  isPolicyKnown: boolean;
  isClosing: boolean;
  /** Beats that it did not take, in a row. */
  missed: number;
  beatsLeft: number;
}

/** Hints of one change come together within this. */
const GATHER_MS = 20;
/** Streams that are written to before others get a turn. */
const CHUNK = 500;
/** Beats are spread over so many parts of their interval. */
const PARTS = 15;
const MISSED_MAX = 2;
/** Between half and all of an hour of 15 s. */
const BEATS_MAX = 240;
const CLOSING_MS = 5 * SECOND;

export function createHintStreams(
  { store, bus, log, random }: { store: Pick<Store, 'get'>; bus: Bus; log: Log; random: Random },
  limits: StreamLimits = STREAM_LIMITS,
): HintStreams {
  const parts: readonly Set<Stream>[] = Array.from({ length: PARTS }, () => new Set<Stream>());
  const byLicense = new Map<string, Set<Stream>>();
  const perKey = new Map<string, number>();
  const due = new Set<Stream>();
  let size = 0;
  let beat = 0;
  let gathering: NodeJS.Timeout | null = null;
  const unsubscribe = bus.subscribe(hear);
  const beats = setInterval(() => beatPart(parts[beat++ % PARTS] ?? new Set()), limits.beatMs / PARTS);
  beats.unref();

  function hear(hint: Hint): void {
    if (size === 0) return;
    const [noun] = hint.type.split('.', 1);
    if (noun === 'license') tellLicense(hint.subject, hint.type === 'license.key-revoked');
    else if (hint.type === 'policy.promoted' || hint.type === 'policy.rolled-back') tellFollowers(hint.subject);
    else if (hint.type === 'lease.holder-removed') void tellHolder(hint.subject);
    else if ((noun === 'key' || noun === 'key-set') && hint.environment !== null) tellKeySet(hint.environment);
  }

  function tellLicense(license: string, isKeyRevoked: boolean): void {
    for (const stream of byLicense.get(license) ?? []) {
      stream.isPolicyKnown = false;
      // Whose key it was is told by the refusal of the next one.
      if (isKeyRevoked) stream.isClosing = true;
      mark(stream, 'license');
    }
  }

  /** `subject` is the pointer's id: environment and name. */
  function tellFollowers(subject: string): void {
    for (const stream of all()) {
      const isMeant = stream.isPolicyKnown
        ? subject === `${stream.environment}/${stream.policy}`
        : subject.startsWith(`${stream.environment}/`);
      if (isMeant) mark(stream, 'license');
    }
  }

  async function tellHolder(lease: string): Promise<void> {
    try {
      const found = await store.get('lease', lease);
      if (found !== null) for (const stream of byLicense.get(found.license) ?? []) mark(stream, 'license');
    } catch (error) {
      log.debug('hints.lease-unknown', { error });
    }
  }

  function tellKeySet(environment: string): void {
    for (const stream of all()) if (stream.environment === environment) mark(stream, 'keySet');
  }

  function mark(stream: Stream, what: 'license' | 'keySet'): void {
    if (what === 'license') stream.isLicenseDue = true;
    else stream.isKeySetDue = true;
    due.add(stream);
    gathering ??= setTimeout(writeDue, GATHER_MS);
  }

  /** In turns, so that a hint to a whole fleet keeps no request waiting for long. */
  function writeDue(): void {
    gathering = null;
    let count = 0;
    for (const stream of due) {
      if (count++ >= CHUNK) {
        gathering = setTimeout(writeDue, 0);
        return;
      }
      due.delete(stream);
      write(stream);
    }
  }

  function write(stream: Stream): void {
    const { response, license } = stream;
    if (response.writableNeedDrain) return;
    let text = '';
    if (stream.isLicenseDue) text += eventOf({ license });
    if (stream.isKeySetDue) text += eventOf({ keySet: true });
    stream.isLicenseDue = false;
    stream.isKeySetDue = false;
    if (text !== '') response.write(text);
    if (stream.isClosing) end(stream);
  }

  function beatPart(part: ReadonlySet<Stream>): void {
    for (const stream of part) {
      stream.missed = stream.response.writableNeedDrain ? stream.missed + 1 : 0;
      stream.beatsLeft -= 1;
      if (stream.missed >= MISSED_MAX) drop(stream);
      else if (stream.beatsLeft <= 0) end(stream);
      else if (stream.missed === 0) stream.response.write(':\n\n');
    }
  }

  function drop({ response, license }: Stream): void {
    log.debug('hints.slow-reader', { license });
    response.destroy();
  }

  function* all(): Generator<Stream> {
    for (const part of parts) yield* part;
  }

  function forget(stream: Stream): void {
    const part = parts.find((each) => each.delete(stream));
    if (part === undefined) return;
    size -= 1;
    due.delete(stream);
    const others = byLicense.get(stream.license);
    others?.delete(stream);
    if (others?.size === 0) byLicense.delete(stream.license);
    const left = (perKey.get(stream.key) ?? 1) - 1;
    if (left === 0) perKey.delete(stream.key);
    else perKey.set(stream.key, left);
  }

  return {
    get size() {
      return size;
    },
    refuses(key) {
      if (size >= limits.streamsMax) return 'in-all';
      return (perKey.get(key) ?? 0) >= limits.streamsPerKeyMax ? 'per-key' : null;
    },
    open(scope, response) {
      // Gone while it was looked at: nothing would ever say so again.
      if (response.destroyed) return;
      const beatsLeft = Math.ceil((BEATS_MAX / 2) * (1 + random.next()));
      const bits = { isLicenseDue: false, isKeySetDue: false, isPolicyKnown: true, isClosing: false };
      const stream: Stream = { ...scope, ...bits, response, missed: 0, beatsLeft };
      parts[size % PARTS]?.add(stream);
      byLicense.set(scope.license, (byLicense.get(scope.license) ?? new Set()).add(stream));
      perKey.set(scope.key, (perKey.get(scope.key) ?? 0) + 1);
      size += 1;
      response.on('close', () => forget(stream));
      response.on('drain', () => write(stream));
      response.on('error', () => {});
      response.write(':\n\n');
    },
    close() {
      unsubscribe();
      clearInterval(beats);
      if (gathering !== null) clearTimeout(gathering);
      for (const stream of [...all()]) end(stream);
    },
  };
}

function eventOf(data: Readonly<Record<string, unknown>>): string {
  return `event: hint\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Whoever does not even take the end is cut off. */
function end({ response }: Stream): void {
  response.end();
  setTimeout(() => response.destroy(), CLOSING_MS).unref();
}
