/**
 * Listens for the server's hints that something has changed, so that a purchase or a suspension is known within a second
 * or two and not at the next renewal.
 *
 * A hint takes nothing away and gives nothing: it makes the client ask, and the signed answer is what counts. So a stream
 * that is lost, refused or full of garbage changes nothing, and none is needed. A connected fleet is hinted in one instant;
 * each client waits for a random part of half a second, and one question follows a burst.
 */
import { HOUR, MINUTE, type Milliseconds, SECOND } from '@glidepath/core';
import { authorization, type Line, takeKeySet } from './exchange.ts';
import type { Installation } from './installation.ts';
import { parseJson } from './key-ring.ts';

const SPREAD_MS: Milliseconds = SECOND / 2;
/** Hinted questions are no closer, whatever a stream says. */
const APART_MS: Milliseconds = SECOND;
/** Renewals carry the words; a stream may take its time to come back. */
const BACKOFF_FIRST_MS: Milliseconds = MINUTE / 2;
const BACKOFF_MAX_MS: Milliseconds = HOUR;
/** A line that never ends is kept no further. */
const LINE_MAX = 4_096;

interface Hint {
  readonly license?: unknown;
  readonly keySet?: unknown;
}

/**
 * Gives the function that says which server answered last; its first call opens the stream, and later ones say where it is
 * opened anew. Without a streaming transport nothing is opened. It ends with `closing`.
 */
export function createHints(
  { platform, settings, count }: Installation,
  closing: AbortSignal,
  lineTo: (url: string) => Line,
  refresh: () => void,
): (url: string) => void {
  const { clock, random, scheduler, stream } = platform;
  const due = new Set<keyof Hint>();
  let server = '';
  let failures = 0;
  let restsUntil: Milliseconds = 0;

  const open = async (): Promise<void> => {
    if (!stream || closing.aborted) return;
    let rest = '';
    const take = (text: string): void => {
      failures = 0;
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(0, LINE_MAX);
      for (const line of lines) if (line.startsWith('data:')) hint(parseJson(line.slice(5)) ?? {});
    };
    await stream({ url: `${server}/v1/hints`, headers: authorization(settings), signal: closing }, take).catch(() => {});
    count('hints.lost');
    scheduler.after(Math.ceil(random.next() * Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** failures++)), open);
  };

  const hint = ({ license, keySet }: Hint): void => {
    const isWaiting = due.size > 0;
    if (license) due.add('license');
    if (keySet) due.add('keySet');
    if (isWaiting || due.size === 0) return;
    const now = clock.monotonic();
    const at = Math.max(now + Math.floor(random.next() * SPREAD_MS), restsUntil);
    restsUntil = at + APART_MS;
    scheduler.after(at - now, follow);
  };

  const follow = (): void => {
    if (closing.aborted) return;
    count('hints');
    if (due.delete('keySet')) void takeKeySet(lineTo(server));
    if (due.delete('license')) refresh();
  };

  return (url) => {
    const isFirst = server === '';
    server = url;
    if (isFirst) void open();
  };
}
