/**
 * What rlmstat says of servers: who was asked, who answered, and which vendor's server does not run.
 *
 * A vendor's server is listed only when it is down, as `vendor@host`: it is a part of its server, but nobody can check out
 * while it is. One that was asked is unknown when fewer answered than were asked and its name is not among them.
 */
import type { ServerReading } from '@glidepath/core';
import { shownText } from '../text/index.ts';

export interface Servers {
  /** `5053@lic-1:5053@lic-2`, or paths. */
  asked(list: string): void;
  up(host: string): void;
  /** `Error connecting to "rlm" server`: of the server itself, or of a vendor's. */
  failed(what: string, text: string): void;
  /** A line that says more about the failure before; false when that has been said. */
  because(text: string): boolean;
  vendorDown(vendor: string): void;
  readings(): readonly ServerReading[];
}

const UNNAMED = 'license server';
const ATTEMPT = /^Connection attempted to host: "([^"]+)"/;
/** Lines of a failure that are kept: what was attempted, and what came of it. */
const REASON_LINES_MAX = 4;

export function createServers(): Servers {
  const found = new Map<string, ServerReading>();
  const asked = new Set<string>();
  const failures: { readonly what: string; host: string | null; readonly lines: string[] }[] = [];
  let current: string | null = null;
  let answered = 0;

  function put(reading: ServerReading): void {
    if (found.get(reading.name)?.state !== 'down') found.set(reading.name, reading);
  }

  function putFailures(): void {
    const silent = [...asked].filter((name) => ![...found.keys()].some((other) => isSameHost(name, other)));
    for (const { what, host, lines } of failures) {
      const isVendor = what !== 'rlm' && what !== '';
      const server = host ?? (silent.length === 1 ? silent[0] : null) ?? UNNAMED;
      put({ name: isVendor ? `${what}@${server}` : server, state: 'down', reason: lines.join('; ') });
    }
  }

  return {
    asked(list) {
      for (const entry of list.split(/[:;]/)) {
        const host = /^[0-9]+@(\S+)$/.exec(entry.trim())?.[1];
        if (host !== undefined) asked.add(host);
      }
    },
    up(host) {
      current = host;
      answered += 1;
      put({ name: host, state: 'up', reason: null });
    },
    failed(what, text) {
      failures.push({ what, host: what === 'rlm' || what === '' ? null : current, lines: [shownText(text)] });
    },
    because(text) {
      const failure = failures.at(-1);
      if (!failure || failure.lines.length >= REASON_LINES_MAX) return false;
      failure.host ??= ATTEMPT.exec(text)?.[1] ?? null;
      failure.lines.push(shownText(text));
      return true;
    },
    vendorDown(vendor) {
      put({ name: `${vendor}@${current ?? UNNAMED}`, state: 'down', reason: 'it is not running' });
    },
    readings() {
      putFailures();
      if (answered + failures.length < asked.size)
        for (const name of asked)
          if (![...found.keys()].some((other) => isSameHost(name, other)))
            put({ name, state: 'unknown', reason: 'it was asked, and the output says nothing of it' });
      return [...found.values()];
    },
  };
}

/** Asked as `lic-1`, it may answer as `lic-1.example.com`. */
function isSameHost(asked: string, answered: string): boolean {
  const [one, other] = [asked.toLowerCase(), answered.toLowerCase()];
  return one === other || other.startsWith(`${one}.`) || one.startsWith(`${other}.`);
}
