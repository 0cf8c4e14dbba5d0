/**
 * What lmstat says of the servers: those that it was told to ask, and what came of each.
 *
 * A server that was asked and of which nothing was said is unknown, not up. A vendor daemon is listed only when it is down:
 * it is a part of its server, but nobody can check out while it is.
 */
import type { ServerReading } from '@glidepath/core';
import { shownText } from '../text/index.ts';

export interface ServerStatus {
  /** `License server status: 27000@a,27000@b`: those asked from here on; returns their names. */
  asked(list: string): readonly string[];
  /** A member's own line, such as `a: license server UP (MASTER) v11.19`; false where it is none. */
  memberLine(text: string): boolean;
  /** A vendor daemon's line, such as `acmed: UP v11.19`; false where it is none. */
  daemonLine(text: string): boolean;
  /** `Vendor daemon status (on a):`. */
  daemonsOf(server: string): void;
  /** None of those asked last answered. */
  allDown(reason: string): void;
  readings(): readonly ServerReading[];
}

/** The name of a server of which nothing but its failure is known. */
const UNNAMED = 'license server';
/** More servers than anybody asks at once. */
const ASKED_MAX = 100;
const MEMBER = /^([^\s:]+): (\S.*)$/;

export function createServerStatus(): ServerStatus {
  const found = new Map<string, ServerReading>();
  let pending: string[] = [];
  let daemonHost: string | null = null;

  function put(reading: ServerReading): void {
    // The same name twice: a server that is down once is not up.
    if (found.get(reading.name)?.state !== 'down') found.set(reading.name, reading);
    pending = pending.filter((name) => !isSameServer(name, reading.name));
  }
  function settle(): void {
    for (const name of pending) put({ name, state: 'unknown', reason: 'it was asked, and the output says nothing of it' });
  }

  return {
    asked(list) {
      settle();
      pending = [...new Set(list.split(/[,;\s]+/).map((entry) => /@(.+)$/.exec(entry)?.[1] ?? ''))]
        .filter((name) => name !== '')
        .slice(0, ASKED_MAX);
      return pending;
    },
    memberLine(text) {
      const [, name, said] = MEMBER.exec(text) ?? [];
      if (name === undefined || said === undefined) return false;
      const isUp = /^license server UP\b/i.test(said);
      put({ name, state: isUp ? 'up' : 'down', reason: isUp ? null : shownText(said) });
      return true;
    },
    daemonLine(text) {
      const [, name, said] = MEMBER.exec(text) ?? [];
      if (name === undefined || said === undefined) return false;
      if (!/^UP\b/i.test(said)) put({ name: daemonHost === null ? name : `${name}@${daemonHost}`, state: 'down', reason: shownText(said) });
      return true;
    },
    daemonsOf(server) {
      daemonHost = server;
    },
    allDown(reason) {
      for (const name of pending.length > 0 ? pending : [UNNAMED]) put({ name, state: 'down', reason });
    },
    readings() {
      settle();
      return [...found.values()];
    },
  };
}

/** Asked as `lic-1`, it may answer as `lic-1.example.com`; two full names are never the same. */
function isSameServer(asked: string, named: string): boolean {
  const left = asked.toLowerCase();
  const right = named.toLowerCase();
  return left === right || (!left.includes('.') && right.startsWith(`${left}.`)) || (!right.includes('.') && left.startsWith(`${right}.`));
}
