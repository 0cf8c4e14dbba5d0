import {
  deny,
  EMPTY_SNAPSHOT,
  type Instant,
  instant,
  ok,
  type ProbeTools,
  type ReadContext,
  type Snapshot,
  unknownFeature,
} from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { runOrRead } from './run-or-read.ts';

const now: Instant = instant(1_700_000_000_000);
const none = async () => deny('not-permitted', 'none here');

function toolsWith(parts: Partial<ProbeTools>): ProbeTools {
  return {
    ...{ now, zone: 'Europe/Berlin', egress: { request: () => Promise.reject(), presentedChain: () => Promise.reject() } },
    ...{ run: async () => deny('command-missing', 'no such command'), readFile: none, listFolder: none, credential: async () => null },
    ...parts,
  };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const printing = (stdout: string, stderr = '', exitCode = 0): Partial<ProbeTools> => ({
  run: async () => ok({ stdout: bytes(stdout), stderr: bytes(stderr), exitCode }),
});
const seen: Snapshot = { ...EMPTY_SNAPSHOT, features: [unknownFeature('a')] };
const reasonOf = async (settings: Record<string, unknown>, parts: Partial<ProbeTools>, snapshot: Snapshot) => {
  const outcome = await runOrRead(settings, toolsWith(parts), async () => snapshot);
  return outcome.ok ? 'ok' : outcome.reason;
};

describe('run or read', () => {
  it.each([{}, { command: '' }, { command: 7 }, { command: 'a', file: 'b' }, { file: null }])(
    'refuses the settings %j',
    async (settings) => {
      expect(await reasonOf(settings, {}, seen)).toBe('bad-settings');
    },
  );

  it('gives a command the clock, and a file none', async () => {
    const contexts: ReadContext[] = [];
    const read = async (_source: Uint8Array, context: ReadContext) => {
      contexts.push(context);
      return seen;
    };
    await runOrRead({ command: 'lmstat' }, toolsWith(printing('x')), read);
    await runOrRead({ file: '/a.lic' }, toolsWith({ readFile: async () => ok(bytes('x')) }), read);
    expect(contexts.map((context) => [context.zone, context.now])).toEqual([
      ['Europe/Berlin', now],
      ['Europe/Berlin', null],
    ]);
  });

  it('passes on why there was nothing to read', async () => {
    expect(await reasonOf({ command: 'lmstat' }, {}, seen)).toBe('command-missing');
    expect(await reasonOf({ file: '/x' }, {}, seen)).toBe('not-permitted');
  });

  it('takes what a command said for more than its exit code', async () => {
    expect(await reasonOf({ command: 'lmstat' }, printing('x', '', 1), seen)).toBe('ok');
  });

  it('takes a server that is down for a reading', async () => {
    const down: Snapshot = { ...EMPTY_SNAPSHOT, servers: [{ name: 'a', state: 'down', reason: 'refused' }] };
    expect(await reasonOf({ command: 'lmstat' }, printing('x'), down)).toBe('ok');
  });

  it('takes nothing seen for a failure', async () => {
    const up: Snapshot = { ...EMPTY_SNAPSHOT, servers: [{ name: 'a', state: 'up', reason: null }] };
    expect(await reasonOf({ command: 'lmstat' }, printing('x'), up)).toBe('no-features');
    expect(await reasonOf({ command: 'lmstat' }, printing('x'), EMPTY_SNAPSHOT)).toBe('unreadable');
    const outcome = await runOrRead({ command: 'lmstat' }, toolsWith(printing('', 'lmutil: not found', 127)), async () => EMPTY_SNAPSHOT);
    expect(outcome).toMatchObject({ ok: false, reason: 'command-failed' });
    expect(outcome.ok ? '' : outcome.message).toContain('lmutil: not found');
  });
});
