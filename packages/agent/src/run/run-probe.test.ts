import { EMPTY_SNAPSHOT, instant, ok, type ProbeTools, type Snapshot, unknownFeature } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { fakeConnector, task } from '../test-agent.ts';
import { runProbe } from './run-probe.ts';

const world = { scheduler: { after: () => ({ cancel: () => {} }) }, deadlineMs: 1_000 };
const tools = { now: instant(0) } as ProbeTools;
const report = (snapshot: Snapshot) =>
  runProbe(
    fakeConnector(async () => ok(snapshot)),
    task('lab'),
    tools,
    world,
  );

describe('a report', () => {
  it.each([
    ['a NUL', 'a\0b', 'a\uFFFDb'],
    ['half a character', 'a\ud800', 'a\uFFFD'],
    ['a character that a cut would halve', `${'x'.repeat(998)}🙂🙂`, `${'x'.repeat(998)}\uFFFD…`],
    ['more than a name is', 'x'.repeat(5_000), `${'x'.repeat(999)}…`],
  ])('replaces %s, wherever others chose the text', async (_, given, taken) => {
    const holder = { user: given, host: given, count: 1, since: null };
    const feature = { ...unknownFeature(given), version: given, pool: given, holders: [holder] };
    const outcome = await report({
      ...EMPTY_SNAPSHOT,
      servers: [{ name: given, state: 'down', reason: 'no answer' }],
      features: [feature],
      unparsed: [{ line: 1, text: given }],
    });
    expect(outcome).toMatchObject({
      ok: true,
      snapshot: {
        servers: [{ name: taken }],
        features: [{ name: taken, version: taken, pool: taken, holders: [{ user: taken, host: taken }] }],
        unparsed: [{ text: taken }],
      },
    });
  });

  it('copies nothing where all is well', async () => {
    const features = [unknownFeature('solver')];
    const outcome = await report({ ...EMPTY_SNAPSHOT, features });
    expect(outcome.ok && outcome.snapshot.features).toBe(features);
  });
});
