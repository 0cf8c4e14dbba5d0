import { DAY, HOUR, instant, MINUTE, SECOND } from '@glidepath/core';
import { seededEntropy, seededRandom, VirtualMachine, VirtualTime } from '@glidepath/testkit';
import { describe, expect, it } from 'vitest';
import type { HttpAnswer, HttpRequest } from '../platform.ts';
import { createUsageBufferOn, type RejectedUsage, type UsageOptions } from './buffer.ts';
import type { UsageReport } from './event.ts';
import type { UsageStore } from './store.ts';

/** Segments in memory, which outlive a buffer. */
class MemorySegments implements UsageStore {
  readonly segments = new Map<string, string[]>();
  readonly orphans = new Map<string, string[]>();
  readonly aside: string[] = [];
  isFull = false;
  #made = 0;
  #current: string | null = null;

  append(line: string): string | null {
    if (this.isFull) return null;
    this.#current ??= `s${this.#made++}`;
    this.segments.set(this.#current, [...(this.segments.get(this.#current) ?? []), line]);
    return this.#current;
  }

  drop(segment: string): void {
    this.segments.delete(segment);
    if (this.#current === segment) this.#current = null;
  }

  takeOver(bytesMax: number) {
    const [first] = this.orphans;
    if (first === undefined || first[1].join('\n').length > bytesMax) return null;
    this.orphans.delete(first[0]);
    this.segments.set(first[0], first[1]);
    return { segment: first[0], lines: first[1] };
  }

  async keep(): Promise<void> {}

  layAside(line: string): boolean {
    this.aside.push(line);
    return true;
  }

  async close(): Promise<void> {}
}

/** A control plane that counts each id once, as the real one does. */
class Counting {
  readonly counted = new Map<string, number>();
  requests: HttpRequest[] = [];
  behaviour: ((request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>) | null = null;
  reject: (subject: string) => string | null = () => null;

  readonly fetch = async (request: HttpRequest): Promise<HttpAnswer> => {
    this.requests.push(request);
    return this.behaviour === null ? this.count(request) : this.behaviour(request);
  };

  count({ body }: HttpRequest): HttpAnswer {
    const events = JSON.parse(body ?? '') as { id: string; subject: string; data: { amount: number } }[];
    const items = events.map(({ id, subject, data }) => {
      const code = this.reject(subject);
      if (code !== null) return { id, outcome: 'rejected', code };
      const outcome = this.counted.has(id) ? 'duplicate' : 'counted';
      this.counted.set(id, data.amount);
      return { id, outcome };
    });
    return { status: 200, retryAfter: null, body: JSON.stringify({ items }) };
  }

  get sum(): number {
    return [...this.counted.values()].reduce((sum, amount) => sum + amount, 0);
  }
}

function world(options: Partial<UsageOptions> = {}) {
  const time = new VirtualTime(instant(1_767_225_600_000));
  const process = new VirtualMachine(time, 'machine').process();
  const store = new MemorySegments();
  const server = new Counting();
  const full: UsageReport[] = [];
  const rejected: RejectedUsage[] = [];
  const make = (seed: number) =>
    createUsageBufferOn(
      {
        clock: process.clock,
        scheduler: process.scheduler,
        random: seededRandom(seed),
        entropy: seededEntropy(seed),
        fetch: server.fetch,
        store,
      },
      {
        servers: 'http://a.test/',
        licenseKey: 'glk_test',
        onFull: (report) => full.push(report),
        onRejected: (event) => rejected.push(event),
        ...options,
      },
    );
  return { time, store, server, full, rejected, make, buffer: make(1) };
}

describe('a usage buffer', () => {
  it('sends what was reported as one batch of CloudEvents, and lets it go when it was counted', async () => {
    const { time, store, server, buffer } = world();
    expect(buffer.report({ meter: 'minutes', amount: 0.1 + 0.2 })).toBe('kept');
    expect(buffer.report({ meter: 'minutes', amount: 2, at: time.now() - HOUR, id: 'job-7' })).toBe('kept');
    expect(buffer.report({ meter: 'people', value: 'ann' })).toBe('kept');
    await time.run(10 * SECOND);
    expect(server.requests).toHaveLength(1);
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', url: 'http://a.test/v1/usage' });
    expect(request?.headers).toEqual({ authorization: 'Bearer glk_test', 'content-type': 'application/cloudevents-batch+json' });
    expect(JSON.parse(request?.body ?? '')).toMatchObject([
      { specversion: '1.0', type: 'dev.glidepath.usage.v1', source: 'glidepath-client', subject: 'minutes', data: { amount: 0.3 } },
      { id: 'job-7', time: '2025-12-31T23:00:00.000Z', data: { amount: 2 } },
      { subject: 'people', time: '2026-01-01T00:00:00.000Z', data: { value: 'ann' } },
    ]);
    expect(buffer.health()).toMatchObject({ state: 'ok', waiting: 0, waitingBytes: 0, counters: { kept: 3, counted: 3 } });
    expect(store.segments.size).toBe(0);
  });

  const WRONG: readonly unknown[] = [
    null,
    {},
    { meter: '', amount: 1 },
    { meter: 'm' },
    { meter: 'm', amount: -1 },
    { meter: 'm', amount: Number.NaN },
    { meter: 'm', amount: 1e16 },
    { meter: 'm', amount: 1, value: 'x' },
    { meter: 'm', value: 'x'.repeat(257) },
    { meter: 'm', amount: 1, at: Number.NaN },
    { meter: 'm', amount: 1, id: '' },
    7,
  ];
  it.each(WRONG)('refuses %j, and counts that', (report) => {
    const { buffer } = world();
    expect(buffer.report(report as UsageReport)).toBe('invalid');
    expect(buffer.health().counters.invalid).toBe(1);
  });

  it('refuses the newest where it is full, says so each time, and takes more when there is room', async () => {
    const { time, server, full, buffer } = world({ eventsMax: 3 });
    server.behaviour = () => Promise.reject(new Error('down'));
    const outcomes = [1, 2, 3, 4, 5].map((amount) => buffer.report({ meter: 'minutes', amount }));
    expect(outcomes).toEqual(['kept', 'kept', 'kept', 'full', 'full']);
    expect(full.map(({ amount }) => amount)).toEqual([4, 5]);
    expect(buffer.health()).toMatchObject({ state: 'degraded', counters: { full: 2 } });
    server.behaviour = null;
    await time.run(HOUR);
    expect(buffer.report({ meter: 'minutes', amount: 6 })).toBe('kept');
    await time.run(MINUTE);
    expect(server.sum).toBe(12);
  });

  it('is bounded in bytes, too', () => {
    const { buffer } = world({ bytesMax: 1_000 });
    const outcomes = Array.from({ length: 10 }, () => buffer.report({ meter: 'm'.repeat(200), amount: 1 }));
    expect(outcomes.filter((outcome) => outcome === 'kept').length).toBeLessThan(4);
    expect(buffer.health().waitingBytes).toBeLessThanOrEqual(1_000);
  });

  it('lays aside what will never count, tells of it, and counts the rest', async () => {
    const { time, store, server, rejected, buffer } = world();
    server.reject = (subject) => (subject === 'typo' ? 'meter-unknown' : null);
    buffer.report({ meter: 'minutes', amount: 1 });
    buffer.report({ meter: 'typo', amount: 5 });
    buffer.report({ meter: 'minutes', amount: 2 });
    await time.run(10 * SECOND);
    expect(server.sum).toBe(3);
    expect(rejected).toMatchObject([{ outcome: 'rejected', code: 'meter-unknown' }]);
    expect(store.aside.map((line) => JSON.parse(line) as unknown)).toEqual(rejected);
    expect(buffer.health()).toMatchObject({ waiting: 0, state: 'degraded', counters: { rejected: 1, counted: 2 } });
  });

  it('goes on in memory where nothing can be written, and says so', async () => {
    const { time, store, server, buffer } = world();
    store.isFull = true;
    expect(buffer.report({ meter: 'minutes', amount: 4 })).toBe('kept');
    await time.run(10 * SECOND);
    expect(server.sum).toBe(4);
    expect(buffer.health().counters).toMatchObject({ unwritten: 1, counted: 1 });
  });

  it('takes over what another process left, torn lines and all, and counts nothing twice', async () => {
    const { time, store, server, make, buffer } = world();
    buffer.report({ meter: 'minutes', amount: 1 });
    buffer.report({ meter: 'minutes', amount: 2 });
    const lines = [...store.segments.values()].flat();
    await time.run(10 * SECOND);
    expect(server.sum).toBe(3);
    await time.finish(buffer.close());
    store.orphans.set('left', [...lines, '{"specversion":"1.0","id":"x","subj', 'null', '{}']);
    const next = make(2);
    await time.run(10 * SECOND);
    expect(server.sum).toBe(3);
    expect(next.health()).toMatchObject({ waiting: 0, counters: { duplicate: 2, torn: 3 } });
    expect(store.segments.size).toBe(0);
  });

  it('sends many in batches, and smaller ones where they are too large for somebody', async () => {
    const { time, server, buffer } = world();
    server.behaviour = (request) =>
      (request.body?.length ?? 0) > 20_000 ? { status: 413, retryAfter: null, body: '' } : server.count(request);
    for (let events = 0; events < 2_500; events++) buffer.report({ meter: 'minutes', amount: 1 });
    await time.run(HOUR);
    expect(server.sum).toBe(2_500);
    expect(buffer.health().waiting).toBe(0);
  });

  it('asks the other address where one does not answer', async () => {
    const { time, server, buffer } = world({ servers: ['http://dead.test', 'http://b.test'] });
    server.behaviour = (request) => (request.url.startsWith('http://dead') ? Promise.reject(new Error('down')) : server.count(request));
    buffer.report({ meter: 'minutes', amount: 1 });
    await time.run(10 * SECOND);
    expect(server.sum).toBe(1);
  });

  it('survives listeners that throw', () => {
    const failing = (): never => {
      throw new Error('listener');
    };
    const { buffer } = world({ eventsMax: 0, onFull: failing });
    expect(buffer.report({ meter: 'minutes', amount: 1 })).toBe('full');
    expect(buffer.health().counters['listener-failed']).toBe(1);
  });

  it('leaves the rest on the disk when it is closed, and takes no more', async () => {
    const { time, store, server, buffer } = world();
    server.behaviour = () => new Promise(() => {});
    buffer.report({ meter: 'minutes', amount: 1 });
    await time.finish(buffer.close(), 4 * SECOND);
    expect(buffer.report({ meter: 'minutes', amount: 1 })).toBe('closed');
    expect([...store.segments.values()].flat()).toHaveLength(1);
  });
});

const FAILURES: readonly { readonly what: string; readonly code: string; readonly behaviour: NonNullable<Counting['behaviour']> }[] = [
  { what: 'no connection', code: 'no-answer', behaviour: () => Promise.reject(new Error('down')) },
  { what: 'no answer', code: 'no-answer', behaviour: () => new Promise(() => {}) },
  { what: '401', code: 'http-401', behaviour: () => ({ status: 401, retryAfter: null, body: '{"items":[]}' }) },
  { what: '400', code: 'http-400', behaviour: () => ({ status: 400, retryAfter: null, body: '{"items":[{"outcome":"rejected"}]}' }) },
  { what: '429', code: 'http-429', behaviour: () => ({ status: 429, retryAfter: '600', body: '' }) },
  { what: '503', code: 'http-503', behaviour: () => ({ status: 503, retryAfter: 'Thu, 01 Jan 2026 00:10:00 GMT', body: '' }) },
  { what: "a portal's page", code: 'not-readable', behaviour: () => ({ status: 200, retryAfter: null, body: '<html>' }) },
  { what: 'too few outcomes', code: 'not-readable', behaviour: () => ({ status: 200, retryAfter: null, body: '{"items":[]}' }) },
  {
    what: 'an unknown outcome',
    code: 'not-readable',
    behaviour: () => ({ status: 200, retryAfter: null, body: '{"items":[{"outcome":"lost"}]}' }),
  },
  { what: 'null', code: 'not-readable', behaviour: () => ({ status: 200, retryAfter: null, body: 'null' }) },
];

describe('a usage buffer that gets', () => {
  it.each(FAILURES)('$what keeps everything, asks ever more seldom, and is counted in the end', async ({ code, behaviour }) => {
    const { time, store, server, buffer } = world();
    server.behaviour = behaviour;
    buffer.report({ meter: 'minutes', amount: 7 });
    await time.run(DAY);
    expect(buffer.health()).toMatchObject({ state: 'degraded', waiting: 1, failure: { code } });
    expect([...store.segments.values()].flat()).toHaveLength(1);
    expect(server.requests.length).toBeGreaterThan(20);
    expect(server.requests.length).toBeLessThan(600);
    server.behaviour = null;
    await time.run(HOUR);
    expect(server.sum).toBe(7);
    expect(buffer.health()).toMatchObject({ state: 'ok', waiting: 0, failure: null });
  });

  it.each(['600', 'Thu, 01 Jan 2026 00:10:10 GMT'])('Retry-After %s waits for so long', async (retryAfter) => {
    const { time, server, buffer } = world();
    server.behaviour = () => ({ status: 503, retryAfter, body: '' });
    buffer.report({ meter: 'minutes', amount: 7 });
    await time.run(9 * MINUTE);
    expect(server.requests).toHaveLength(1);
    await time.run(3 * MINUTE);
    expect(server.requests.length).toBeGreaterThan(1);
  });
});

describe('remaining offline', () => {
  const at = instant(1_767_225_600_000);
  const quota = {
    meter: 'minutes',
    unit: 'min',
    used: 90,
    limit: 100,
    slice: 5,
    asOf: instant(at - HOUR),
    resetsAt: instant(at + DAY),
    reachedAt: [],
  };

  it('is the slice, less what waits and what was counted since, and no more than is left', async () => {
    let held = quota;
    const { time, buffer } = world({ licence: { health: () => ({ quotas: [held] }) } });
    expect([buffer.remainingOffline('minutes'), buffer.remainingOffline('other')]).toEqual([5, null]);
    buffer.report({ meter: 'minutes', amount: 2 });
    expect(buffer.remainingOffline('minutes')).toBe(3);
    await time.run(10 * SECOND);
    expect(buffer.remainingOffline('minutes')).toBe(3);
    held = { ...quota, used: 98, slice: 5, asOf: time.now() };
    expect(buffer.remainingOffline('minutes')).toBe(2);
    buffer.report({ meter: 'minutes', amount: 50 });
    expect(buffer.remainingOffline('minutes')).toBe(0);
  });

  it('begins anew with the next window', async () => {
    const { time, server, buffer } = world({ licence: { health: () => ({ quotas: [quota] }) } });
    server.behaviour = () => Promise.reject(new Error('down'));
    buffer.report({ meter: 'minutes', amount: 4 });
    await time.run(DAY);
    expect(buffer.remainingOffline('minutes')).toBe(5);
    buffer.report({ meter: 'minutes', amount: 1 });
    expect(buffer.remainingOffline('minutes')).toBe(4);
  });
});
