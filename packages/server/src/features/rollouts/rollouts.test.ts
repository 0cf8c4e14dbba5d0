import { after, HOUR, MINUTE, type PolicyRollout, SECOND } from '@glidepath/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../test-world.ts';
import { changeFacts } from '../notices/gather-changes.ts';
import { issueTestLicense, policySource, setSettings } from '../test-license.ts';
import { judgeRollouts } from './judge-job.ts';

const worse = policySource((text) => text.replace('jobs: 64', 'jobs: 32'));

describe('rollouts', () => {
  let server: TestServer;
  let baseline: string;
  let candidate: string;
  let seen: string;

  beforeEach(async () => {
    server = await testServer({ jobs: [judgeRollouts] });
    await issueTestLicense(server);
    baseline = String((await server.call('POST', '/v1/policies', policySource())).body.digest);
    candidate = String((await server.call('POST', '/v1/policies', worse)).body.digest);
    seen = String((await server.call('POST', '/v1/policy-differences', { name: 'acme-build', candidate })).body.digest);
  });

  const begin = (more: Record<string, unknown> = {}, how = {}) =>
    server.call('POST', '/v1/policy-rollouts', { name: 'acme-build', candidate, reason: 'fewer jobs', seen, ...more }, how);
  const next = (id: string, more: Record<string, unknown> = {}) =>
    server.call('POST', `/v1/policy-rollouts/${id}/promote`, { reason: 'looks good', seen, ...more });
  const shown = async (id: string) => (await server.call('GET', `/v1/policy-rollouts/${id}`)).body as unknown as PolicyRollout;
  const pointer = async () => (await server.world.store.find('policyPointer', {}, { limit: 1 }))[0];
  const tick = (ms = SECOND) => server.server.tick(server.world.clock.advance(ms));
  const canary = async (more: Record<string, unknown> = {}) => {
    const { id } = (await begin(more)).body;
    await next(String(id));
    return String(id);
  };
  /** As a node writes down what it has counted in the present round. */
  const counted = async (id: string, counts: Record<string, number>, node = 'one') => {
    const rollout = await server.world.store.get('policyRollout', id);
    const round = rollout?.steps.length ?? 0;
    const none = { decisions: 100, losses: 0, gains: 0, denials: 0, baselineDenials: 0, degraded: 0, baselineDegraded: 0 };
    const row = { id: `${id}/${round}/${node}`, rollout: id, round, node, ...none, ...counts };
    const examples = [{ license: 'lic_1', kind: 'loss' }];
    const whole = { ...row, examples, countedAt: server.world.clock.now(), revision: 0 };
    const result = await server.world.store.commit({
      writes: [{ op: 'insert', table: 'rolloutCount', row: whole }],
      audit: [],
      events: [],
    });
    expect(result.ok).toBe(true);
  };

  it('go from the shadow to a canary to everybody, and say who took each step, when and why', async () => {
    const { status, body } = await begin();
    expect([status, body.stage, body.shareBasisPoints]).toEqual([201, 'shadow', 0]);
    const id = String(body.id);
    expect(await pointer()).toMatchObject({ digest: baseline, candidate, shareBasisPoints: 0, rollout: id });
    expect((await next(id)).body).toMatchObject({ stage: 'canary', shareBasisPoints: 500 });
    expect((await next(id, { share: 2_500, reason: 'more of them' })).body).toMatchObject({ stage: 'canary', shareBasisPoints: 2_500 });
    expect(await pointer()).toMatchObject({ digest: baseline, candidate, shareBasisPoints: 2_500 });
    expect((await next(id, { to: 'full' })).body).toMatchObject({ stage: 'full', shareBasisPoints: 10_000, state: 'running' });
    await tick(9 * MINUTE);
    expect(await shown(id)).toMatchObject({ state: 'running' });
    await tick(2 * MINUTE);
    expect(await shown(id)).toMatchObject({
      state: 'completed',
      steps: [{ stage: 'shadow', reason: 'fewer jobs', seen }, { reason: 'looks good' }, { reason: 'more of them' }, { stage: 'full' }],
    });
    expect(await pointer()).toMatchObject({ digest: candidate, previous: baseline, candidate: null, shareBasisPoints: 0, rollout: null });
    const told = (await server.world.store.find('audit', { subject: (await pointer())?.id ?? '' }, { limit: 20 })).map(
      ({ action }) => action,
    );
    expect(told).toEqual(['policy.promoted', 'policy.staged', 'policy.staged', 'policy.staged', 'policy.promoted', 'policy.completed']);
  });

  it('are put on the way by an approver who has seen the difference, and by nobody else', async () => {
    const operator = await server.tokenFor(['operator']);
    expect((await begin({}, { token: operator })).status).toBe(403);
    const unseen = await begin({ seen: baseline });
    expect(unseen).toMatchObject({ status: 409, code: 'difference-unseen', body: { facts: { seen, sentences: expect.any(Array) } } });
    expect(await pointer()).toMatchObject({ candidate: null, rollout: null });
  });

  it('skip no stage, unless the environment says so', async () => {
    expect(await begin({ to: 'full' })).toMatchObject({ status: 409, code: 'promotion-staged' });
    const { body } = await begin();
    expect(await next(String(body.id), { to: 'full' })).toMatchObject({ code: 'promotion-staged' });
    await server.call('POST', '/v1/policies/acme-build/rollback', { reason: 'again' });
    await setSettings(server, { promotion: 'direct' });
    expect((await begin({ to: 'full' })).body).toMatchObject({ stage: 'full' });
  });

  it('are one at a time, of a version that is not in force and of that name', async () => {
    expect(await begin({ candidate: baseline, seen: 'sha256:'.padEnd(71, '0') })).toMatchObject({ code: 'conflict' });
    expect(await begin({ name: 'another' })).toMatchObject({ status: 404 });
    await begin();
    expect(await begin()).toMatchObject({ status: 409, code: 'rollout-running' });
    await setSettings(server, { promotion: 'direct' });
    const third = policySource((text) => text.replace('jobs: 64', 'jobs: 16'));
    expect(await server.call('POST', '/v1/policies', third)).toMatchObject({ code: 'rollout-running' });
  });

  it('are not begun by two at once', async () => {
    const answers = await Promise.all([begin(), begin()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await server.world.store.count('policyRollout', {})).toBe(1);
  });

  describe('that hurt', () => {
    it('are rolled back by the system, with the evidence, and tried again on a hundredth', async () => {
      const id = await canary();
      await counted(id, { decisions: 30, losses: 1 }, 'one');
      await counted(id, { decisions: 30, losses: 2 }, 'two');
      await tick();
      expect(await shown(id)).toMatchObject({
        ...{ state: 'held', trips: 1, endedAt: server.world.clock.now(), retryAt: after(server.world.clock.now(), 10 * MINUTE) },
        evidence: { because: 'losses', stage: 'canary', shareBasisPoints: 500, counts: { decisions: 60, losses: 3 }, examples: [{}, {}] },
      });
      expect(await pointer()).toMatchObject({ digest: baseline, candidate: null, shareBasisPoints: 0, rollout: id });
      const alerted = async () =>
        (await changeFacts({ world: server.world, store: server.world.store, now: server.world.clock.now() })).rolledBack;
      expect(await alerted()).toMatchObject([{ rollout: id, name: 'acme-build', trips: 1, sentence: expect.stringContaining('5 %') }]);
      const events = await server.world.store.find('outbox', { type: 'policy.rolled-back' }, { limit: 9 });
      expect(events).toMatchObject([{ data: { name: 'acme-build', from: candidate, to: baseline, because: 'losses' } }]);
      expect(await begin()).toMatchObject({ code: 'rollout-running' });

      await tick(10 * MINUTE);
      expect(await shown(id)).toMatchObject({ state: 'running', stage: 'canary', shareBasisPoints: 100, stagedBy: 'system' });
      expect(await pointer()).toMatchObject({ candidate, shareBasisPoints: 100 });
      expect(await alerted()).toEqual([]);
      // What was counted before proves nothing about the second try.
      await tick();
      expect(await shown(id)).toMatchObject({ state: 'running' });
    });

    it('are given up after the third time, until a person tries again', async () => {
      const id = await canary();
      for (const wait of [10 * MINUTE, 20 * MINUTE, 0]) {
        await counted(id, { losses: 50 });
        await tick();
        await tick(wait);
      }
      await tick(48 * HOUR);
      expect(await shown(id)).toMatchObject({ state: 'rolled-back', trips: 3, retryAt: null });
      expect(await pointer()).toMatchObject({ candidate: null, rollout: null });
      const retried = await server.call('POST', `/v1/policy-rollouts/${id}/retry`, { reason: 'mended elsewhere' });
      expect(retried).toMatchObject({ status: 200, body: { state: 'running', shareBasisPoints: 100 } });
      expect(await pointer()).toMatchObject({ candidate, rollout: id });
    });

    it('are rolled back when everybody has them, too', async () => {
      const id = await canary();
      await next(id, { to: 'full' });
      await counted(id, { denials: 40 });
      await tick();
      expect(await shown(id)).toMatchObject({ state: 'held', evidence: { because: 'denials', stage: 'full' } });
      expect(await pointer()).toMatchObject({ digest: baseline, candidate: null });
    });

    it('in the shadow do not get into a canary, unless the promotion has a budget for it', async () => {
      const { body } = await begin();
      await counted(String(body.id), { losses: 5 });
      await tick();
      expect(await shown(String(body.id))).toMatchObject({ state: 'running', stage: 'shadow', counts: { losses: 5 } });
      expect(await next(String(body.id))).toMatchObject({
        status: 409,
        code: 'rollout-over-budget',
        body: { facts: { because: 'losses' } },
      });
      const budget = { lossesBasisPoints: 1_000, factor: 1_000 };
      expect((await next(String(body.id), { budget })).body).toMatchObject({ stage: 'canary', budget });
    });

    it('keep going while only metrics are wanted', async () => {
      const id = await canary();
      const set = await server.call('PUT', '/v1/policy-breakers/acme-build', { mode: 'metrics-only', reason: 'we know' });
      expect(set.body).toMatchObject({ mode: 'metrics-only', reason: 'we know' });
      await counted(id, { losses: 50 });
      await tick();
      expect(await shown(id)).toMatchObject({ state: 'running', counts: { losses: 50 } });
      await server.call('PUT', '/v1/policy-breakers/acme-build', { mode: 'closed', reason: 'enough' });
      await tick();
      expect(await shown(id)).toMatchObject({ state: 'held' });
    });
  });

  it('of an isolated name are rolled back, and none begins before it is released', async () => {
    const id = await canary();
    await server.call('PUT', '/v1/policy-breakers/acme-build', { mode: 'isolated', reason: 'incident 7' });
    expect(await shown(id)).toMatchObject({ state: 'rolled-back', reason: 'incident 7' });
    expect(await pointer()).toMatchObject({ digest: baseline, candidate: null, rollout: null });
    expect(await begin()).toMatchObject({ status: 409, code: 'policy-isolated' });
    expect(await server.call('POST', `/v1/policy-rollouts/${id}/retry`, { reason: 'now' })).toMatchObject({ code: 'policy-isolated' });
    expect((await server.call('GET', '/v1/policy-breakers')).body.items).toMatchObject([{ name: 'acme-build', mode: 'isolated' }]);
    await server.call('PUT', '/v1/policy-breakers/acme-build', { mode: 'closed', reason: 'over' });
    expect((await begin()).status).toBe(201);
  });

  it('are rolled back by a person at once, and so is what was completed', async () => {
    const id = await canary();
    const back = () => server.call('POST', '/v1/policies/acme-build/rollback', { reason: 'calls came in' });
    expect(await back()).toMatchObject({ status: 200, body: { digest: baseline, from: candidate, rollout: id } });
    expect(await shown(id)).toMatchObject({ state: 'rolled-back', reason: 'calls came in', trips: 0 });
    expect(await back()).toMatchObject({ status: 409, code: 'conflict' });
    const again = await canary();
    await next(again, { to: 'full' });
    await tick(11 * MINUTE);
    expect(await shown(again)).toMatchObject({ state: 'completed' });
    expect(await back()).toMatchObject({ status: 200, body: { digest: baseline, from: candidate, rollout: null } });
    expect(await pointer()).toMatchObject({ digest: baseline, previous: candidate });
  });

  it('are listed newest first, of one policy or all', async () => {
    const first = (await begin()).body.id;
    await server.call('POST', '/v1/policies/acme-build/rollback', { reason: 'no' });
    expect(await shown(String(first))).toMatchObject({ state: 'cancelled' });
    const second = (await begin()).body.id;
    const { body } = await server.call('GET', '/v1/policy-rollouts?name=acme-build');
    expect((body.items as { id: string }[]).map(({ id }) => id)).toEqual([second, first]);
    expect((await server.call('GET', '/v1/policy-rollouts?name=another')).body.items).toEqual([]);
  });
});
