/**
 * A bad version in a canary, on real processes: `up` with its database, and thirty applications that renew every two seconds.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInCanary } from '@glidepath/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { glidepathHere, policyText, type RunningUp, startUp } from '../cli.testkit.ts';
import type { ReadyMessage } from '../up/ready-message.ts';
import type { ApplicationsAsked, Told } from './applications.testkit.ts';
import type { RolloutShown } from './rollout-view.ts';

const LICENSES = 30;
const SHARE = 5_000;
/** What the issue promises; what waits for it fails, whatever the test runner allows. */
const ROLLED_BACK_WITHIN_MS = 10_000;
const home = mkdtempSync(join(tmpdir(), 'glidepath-rollout-'));
const env = { HOME: home, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
const quick = (text: string) => text.replace('tier: full, seats', 'tier: full, lease: { ttl: 4s, renewAt: 50% }, seats');
/** The same tiers, and the best of them has lost what it was bought for. */
const bad = (text: string) =>
  quick(text)
    .replace('features: [run, fast], limits', 'features: [run], limits')
    .replace(/^ {2}tests:[\s\S]*$/m, '');

let up: RunningUp;
let applications: ChildProcess;
let ready: ReadyMessage;
let licenses: readonly { readonly id: string; readonly key: string }[] = [];
/** What each application was told, in order. */
const told = new Map<string, Told[]>();
const listeners = new Set<() => void>();

beforeAll(async () => {
  up = await startUp(join(home, 'data'), env);
  ready = up.ready;
  await here('sign-in', String(ready.signInCode), '--server', ready.address);
  writeFileSync(join(home, 'good.yaml'), policyText(quick));
  writeFileSync(join(home, 'bad.yaml'), policyText(bad));
  await here('policy', 'publish', join(home, 'good.yaml'));
  licenses = await Promise.all(Array.from({ length: LICENSES }, (_, number) => issue(`Customer ${number}`)));
});

afterAll(async () => {
  if (applications?.exitCode === null) {
    applications.kill('SIGTERM');
    await once(applications, 'exit');
  }
  await up.stop();
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

async function here(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await glidepathHere(args, env);
  if (code !== 0) throw new Error(`glidepath ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

async function issue(customer: string) {
  const words = ['--product', 'small', '--customer', customer, '--policy', 'small', '--create', '--json'];
  const issued = JSON.parse(await here('license', 'issue', ...words)) as { license: { id: string }; key: string };
  return { id: issued.license.id, key: issued.key };
}

async function rollout(): Promise<RolloutShown> {
  const { items } = JSON.parse(await here('policy', 'rollouts', '--json')) as { items: readonly RolloutShown[] };
  const [newest] = items;
  if (newest === undefined) throw new Error('no rollout');
  return newest;
}

/** Until what the applications say fulfils a condition. */
function until(isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!isSo()) return;
      listeners.delete(look);
      resolve();
    };
    listeners.add(look);
    look();
  });
}

function startApplications(): void {
  applications = fork(new URL('./applications.testkit.ts', import.meta.url), {
    env: { PATH: process.env.PATH ?? '', ...env },
    silent: true,
  });
  applications.on('message', (message) => {
    const answer = message as Told;
    told.set(answer.license, [...(told.get(answer.license) ?? []), answer]);
    for (const look of listeners) look();
  });
  const asked: ApplicationsAsked = { server: ready.address, roots: ready.roots, folder: join(home, 'caches'), licenses };
  applications.send(asked);
}

describe('a bad version in a canary', () => {
  it('is rolled back within ten seconds, unnoticed outside, and those inside come back by themselves', async () => {
    startApplications();
    await until(() => licenses.every(({ id }) => told.get(id)?.at(-1)?.isFast === true));

    const published = JSON.parse(await here('policy', 'publish', join(home, 'bad.yaml'), '--json')) as { digest: string };
    const why = ['--reason', 'a canary that dies'];
    await here('environment', 'settings', '--promotion', 'direct', ...why);
    const inside = licenses.filter(({ id }) => isInCanary(id, published.digest, SHARE)).map(({ id }) => id);
    const outside = licenses.filter(({ id }) => !inside.includes(id)).map(({ id }) => id);
    expect([inside.length > 3, outside.length > 3]).toEqual([true, true]);
    await here('policy', 'promote', 'small', '--to', 'canary', '--share', '50%', '--yes', ...why);

    await until(() => inside.some((id) => told.get(id)?.at(-1)?.isFast === false));
    const lostAt = performance.now();
    let held = await rollout();
    for (; held.state === 'running'; held = await rollout()) expect(performance.now() - lostAt).toBeLessThan(ROLLED_BACK_WITHIN_MS);
    expect(held).toMatchObject({ state: 'held', trips: 1, evidence: { because: 'losses', stage: 'canary', shareBasisPoints: SHARE } });
    expect(held.evidence?.examples[0]).toMatchObject({ kind: 'loss', license: expect.stringMatching(/^lic_/) });

    await until(() => inside.every((id) => told.get(id)?.at(-1)?.isFast === true));
    // Nobody outside was told anything but the first answer, and what is essential was there for all of them at all times.
    expect(outside.map((id) => told.get(id)?.length)).toEqual(outside.map(() => 1));
    expect([...told.values()].flat().every(({ mayRun }) => mayRun)).toBe(true);
    expect(await here('policy', 'rollouts')).toMatch(/small +rolled back, waits +canary +50 %/);
    const history = await here('policy', 'history', 'small');
    expect(history).toContain('over its budget');
    expect(history).toContain('a canary that dies');
  });
});
