import { deny, HOUR, instant, MINUTE, type ProbeOutcome, SECOND } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import type { ProbeTask } from './link/transport.ts';
import { lab, SEEN, START, task } from './test-agent.ts';

const named = (count: number, change: (at: number) => Partial<ProbeTask> = () => ({})) =>
  Array.from({ length: count }, (_, at) => task(`p${at}`, change(at)));
const never = new Promise<never>(() => {});

describe('an agent > with everything well', () => {
  it('runs a few new probes at once, and each again after its interval', async () => {
    const { plane, run } = await lab(named(3));
    await run(10 * SECOND);
    expect(plane.reports.map(({ probe }) => probe).sort()).toEqual(['p0', 'p1', 'p2']);
    await run(6 * HOUR);
    for (const { name } of named(3)) {
      const times = plane.reports.filter(({ probe }) => probe === name).map(({ at }) => at);
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      expect(gaps.length).toBeGreaterThanOrEqual(6);
      for (const gap of gaps) {
        expect(gap).toBeGreaterThanOrEqual(0.9 * HOUR);
        expect(gap).toBeLessThanOrEqual(HOUR + 2 * SECOND);
      }
    }
  });

  it('spreads a thousand new probes over a minute, and sends them in few requests', async () => {
    const { plane, run } = await lab(named(1_000));
    await run(2 * MINUTE);
    expect(plane.reports).toHaveLength(1_000);
    const perSecond = Map.groupBy(plane.reports, ({ at }) => Math.floor((at - START) / SECOND));
    expect(Math.max(...[...perSecond.values()].map(({ length }) => length))).toBeLessThan(60);
    expect(plane.calls.filter(({ path }) => path === '/v1/agent/reports').length).toBeLessThan(60);
  });

  it('takes up what is assigned later, and lets go of what is gone', async () => {
    const { plane, agent, run } = await lab(named(1));
    await run(MINUTE);
    plane.tasks = [task('new')];
    await run(MINUTE);
    expect(plane.reports.map(({ probe }) => probe)).toEqual(['p0', 'new']);
    expect(agent.status()).toMatchObject({ probes: 1, link: 'up', buffered: 0 });
  });

  it('says of a kind that it does not know what is wrong, and asks nobody', async () => {
    const { plane, run } = await lab([task('odd', { kind: 'newer' })]);
    await run(MINUTE);
    expect(plane.reports[0]?.outcome).toMatchObject({ ok: false, reason: 'bad-settings', message: expect.stringContaining('newer') });
  });

  it('adds what would not survive, asked under a future clock', async () => {
    const latentAt = (_: unknown, at: number) => (at >= START + 30 * 24 * HOUR ? [{ act: 'restart' as const, reason: 'it ends' }] : []);
    const { fakeConnector } = await import('./test-agent.ts');
    const { plane, run } = await lab([task('a')], undefined, { connectors: [{ ...fakeConnector(async () => SEEN), latentAt }] });
    await run(10 * SECOND);
    const [report] = plane.reports;
    expect(report?.outcome).toMatchObject({ ok: true, snapshot: { latent: [{ act: 'restart', from: START + 30 * 24 * HOUR }] } });
  });
});

describe('an agent > beside a source that does not behave', () => {
  it('lets one that hangs make nobody late, and reports it as timed out', async () => {
    const tasks = [
      ...named(3, () => ({ settings: { source: 'hangs' } })),
      ...named(40).map((one) => ({ ...one, name: `good-${one.name}` })),
    ];
    const { plane, agent, run } = await lab(tasks, (source) => (source === 'hangs' ? never : Promise.resolve(SEEN)), { atOnceMax: 8 });
    await run(30 * SECOND);
    expect(plane.reports.map(({ probe }) => probe).sort()).toEqual(
      tasks
        .slice(3)
        .map(({ name }) => name)
        .sort(),
    );
    await run(3 * MINUTE);
    const timedOut = plane.reports.filter(({ outcome }) => !outcome.ok && outcome.reason === 'timeout');
    expect(new Set(timedOut.map(({ probe }) => probe))).toEqual(new Set(['p0', 'p1', 'p2']));
    await run(3 * HOUR);
    expect(agent.status().running).toBeLessThanOrEqual(3);
    expect(plane.reports.filter(({ probe }) => probe === 'good-p5').length).toBeGreaterThanOrEqual(3);
  });

  it('asks one server by one probe at a time, others beside it', async () => {
    let atOnce = 0;
    let most = 0;
    const tasks = named(5, () => ({ settings: { url: 'https://vendor.example.com/a' } }));
    const made = await lab(tasks, async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise<void>((resolve) => made.time.after(5 * SECOND, resolve));
      atOnce -= 1;
      return SEEN;
    });
    await made.run(10 * SECOND);
    expect(made.plane.reports.length).toBeLessThan(3);
    await made.run(MINUTE);
    expect([most, made.plane.reports.length]).toEqual([1, 5]);
  });

  it('keeps to how often a server may be asked, by however many probes', async () => {
    const asked: number[] = [];
    const tasks = named(30, () => ({ everyMs: 5 * MINUTE, settings: { url: 'https://vendor.example.com' } }));
    const made = await lab(tasks, async () => {
      asked.push(made.time.now());
      return SEEN;
    });
    await made.run(2 * HOUR);
    // Once a minute, and ten at the start.
    expect(asked.length).toBeLessThanOrEqual(130);
    expect(asked.length).toBeGreaterThan(100);
  });

  it('leaves a server in peace that keeps failing, and finds out when it is back', async () => {
    let isDown = true;
    const asked: number[] = [];
    const made = await lab(
      [task('a', { everyMs: MINUTE, settings: { url: 'https://vendor.example.com' } })],
      async (): Promise<ProbeOutcome> => {
        asked.push(made.time.now());
        return isDown ? deny('unreachable', 'nobody is there') : SEEN;
      },
    );
    await made.run(6 * HOUR);
    expect(asked.length).toBeLessThan(40);
    expect(made.said.filter(({ event }) => event === 'agent.probes-blind')).toHaveLength(1);
    isDown = false;
    await made.run(HOUR);
    expect(made.plane.reports.at(-1)?.outcome.ok).toBe(true);
    expect(made.said.filter(({ event }) => event === 'agent.probes-see-again')).toHaveLength(1);
  });

  it('survives a connector that throws, and one that says success without a feature', async () => {
    const { plane, run } = await lab([task('throws', { settings: { source: 'throws' } }), task('empty')], async (source) => {
      if (source === 'throws') throw new TypeError('x is undefined');
      return { ok: true, value: { ...(SEEN.ok ? SEEN.value : never), features: [] } } as never;
    });
    await run(10 * SECOND);
    const reasonOf = (name: string) => plane.reports.find(({ probe }) => probe === name)?.outcome;
    expect(reasonOf('throws')).toMatchObject({ ok: false, reason: 'unreadable', message: expect.stringContaining('x is undefined') });
    expect(reasonOf('empty')).toMatchObject({ ok: false, reason: 'unreadable' });
  });

  it('says a line a minute, not a thousand, when a thousand probes go blind', async () => {
    let isDown = false;
    const made = await lab(named(1_000), async () => (isDown ? deny('unreachable', 'no network') : SEEN));
    await made.run(2 * MINUTE);
    isDown = true;
    await made.run(90 * MINUTE);
    const lines = made.said.filter(({ event }) => event === 'agent.probes-blind');
    expect(lines.reduce((sum, { facts }) => sum + Number(facts.count), 0)).toBe(1_000);
    expect(lines.length).toBeLessThan(15);
  });
});

describe('an agent > through an outage of its control plane', () => {
  it('goes on probing, and tells all of it afterwards, in order and once', async () => {
    const { plane, agent, run } = await lab(named(3));
    await run(MINUTE);
    plane.answers = 'lost';
    await run(12 * HOUR);
    expect(plane.reports).toHaveLength(3);
    expect(agent.status()).toMatchObject({ link: 'unreachable', dropped: 0 });
    plane.answers = null;
    await run(6 * MINUTE);
    expect(agent.status()).toMatchObject({ link: 'up', buffered: 0 });
    const keys = plane.reports.map(({ probe, at }) => `${at} ${probe}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(plane.reports.map(({ at }) => at)).toEqual(plane.reports.map(({ at }) => at).sort((a, b) => a - b));
    expect(plane.reports.length).toBeGreaterThanOrEqual(3 * 12);
  });

  it('loses nothing when it is restarted meanwhile, and knows its probes without being told again', async () => {
    const made = await lab(named(3));
    await made.run(MINUTE);
    made.plane.answers = 'lost';
    await made.run(5 * HOUR);
    const before = made.agent.status().buffered;
    expect(before).toBeGreaterThanOrEqual(15);
    await made.restart();
    expect(made.agent.status()).toMatchObject({ buffered: before, probes: 3 });
    await made.run(2 * HOUR);
    made.plane.answers = null;
    await made.run(6 * MINUTE);
    expect(made.plane.reports.length).toBeGreaterThanOrEqual(3 + before + 6);
    expect(made.files.texts.has('reports.jsonl')).toBe(false);
  });

  it('passes over a line that a power cut tore', async () => {
    const made = await lab(named(2));
    made.plane.answers = 'lost';
    await made.run(MINUTE);
    made.plane.answers = null;
    await made.run(6 * MINUTE);
    made.plane.answers = 'lost';
    await made.run(3 * HOUR);
    const text = made.files.texts.get('reports.jsonl') ?? '';
    made.files.texts.set('reports.jsonl', text.slice(0, -20));
    const before = made.agent.status().buffered;
    await made.restart();
    expect(made.agent.status().buffered).toBe(before - 1);
  });

  it('lets old reports go first when there are too many, keeps the last of each probe, and counts', async () => {
    const tasks = [task('rare', { everyMs: 1_000 * HOUR }), task('often', { everyMs: MINUTE })];
    const { plane, run, agent } = await lab(tasks, undefined, { buffer: { reportsMax: 20, bytesMax: 1_000_000 } });
    plane.answers = null;
    await run(10 * SECOND);
    plane.reports.length = 0;
    plane.answers = 'lost';
    plane.tasks = [task('rare', { everyMs: 1_000 * HOUR, zone: 'Europe/Berlin' }), task('often', { everyMs: MINUTE })];
    await run(2 * HOUR);
    expect(agent.status().buffered).toBe(20);
    plane.answers = null;
    await run(10 * MINUTE);
    expect(plane.dropped).toBeGreaterThan(80);
    expect(plane.reports.filter(({ probe }) => probe === 'often').length).toBeGreaterThanOrEqual(20);
  });

  it.each([
    ['an overloaded control plane', 503, 5_000],
    ['a broken one', 500, 5_000],
    ['a token that is no longer good', 401, 400],
    ['a role that was taken away', 403, 400],
    ["a proxy's page", 404, 400],
  ])('asks %s ever less often, never stops, and is back within minutes', async (_, status, mostCalls) => {
    const made = await lab(named(1));
    await made.run(MINUTE);
    made.plane.calls.length = 0;
    made.plane.answers = status;
    await made.run(24 * HOUR);
    expect(made.plane.calls.length).toBeGreaterThan(50);
    expect(made.plane.calls.length).toBeLessThan(mostCalls);
    expect(made.said.filter(({ event }) => event === 'agent.control-plane-lost')).toHaveLength(1);
    made.plane.answers = null;
    await made.run(16 * MINUTE);
    expect(made.agent.status()).toMatchObject({ link: 'up', buffered: 0 });
  });

  it('stays away as long as it is asked to', async () => {
    const made = await lab(named(1));
    await made.run(MINUTE);
    Object.assign(made.plane, { answers: 503, retryAfterMs: 10 * MINUTE });
    made.plane.calls.length = 0;
    await made.run(HOUR);
    expect(made.plane.calls.length).toBeLessThanOrEqual(6);
  });

  it('is not held up by one report that the control plane never takes', async () => {
    const made = await lab(named(20));
    made.plane.refuses = ({ probe, outcome }) => probe === 'p7' && outcome.ok;
    await made.run(MINUTE);
    expect(made.plane.reports).toHaveLength(20);
    expect(made.plane.reports.find(({ probe }) => probe === 'p7')?.outcome).toMatchObject({ ok: false, reason: 'too-large' });
    expect(made.agent.status().buffered).toBe(0);
  });

  it('goes on in memory when its disk refuses, and says so once', async () => {
    const made = await lab(named(2));
    made.files.isRefusing = true;
    await made.run(MINUTE);
    made.plane.answers = 'lost';
    await made.run(5 * HOUR);
    made.plane.answers = null;
    await made.run(6 * MINUTE);
    expect(made.plane.reports.length).toBeGreaterThanOrEqual(10);
    expect(made.said.filter(({ event }) => event === 'agent.disk-refuses')).toHaveLength(1);
  });
});

describe('an agent > on a clock that is set', () => {
  it('keeps its intervals, whatever the wall says', async () => {
    const made = await lab(named(1));
    await made.run(MINUTE);
    made.machine.setClock(-30 * 24 * HOUR);
    await made.run(3 * HOUR);
    made.machine.setClock(60 * 24 * HOUR);
    await made.run(3 * HOUR);
    expect(made.plane.reports.length).toBeGreaterThanOrEqual(6);
    expect(made.plane.reports.length).toBeLessThanOrEqual(9);
  });
});

describe('an agent > for a single round', () => {
  it('runs everything once and tells it', async () => {
    const made = await lab(named(30), async (source) => (source === '' ? SEEN : deny('unreachable', 'x')));
    const { arrived, outcomes } = await made.time.finish(made.agent.once(instant(START)));
    expect([arrived, outcomes.size, made.plane.reports.length]).toEqual([true, 30, 30]);
  });
});
