import { DAY, HOUR, MINUTE, SECOND } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { answer } from './issuer-fixture.ts';
import type { Stream } from './platform.ts';
import { tierOf, World } from './world-fixture.ts';

/** The streams that clients opened; a test speaks on them and breaks them. */
class Streams {
  readonly opened: { readonly url: string; readonly at: number; readonly take: (text: string) => void; end(): void; isClosed: boolean }[] =
    [];
  isRefused = false;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly stream: Stream = ({ url, signal }, take) =>
    new Promise((resolve, reject) => {
      const opened = { url, at: this.#now(), take, end: resolve, isClosed: false };
      this.opened.push(opened);
      signal.addEventListener('abort', () => {
        opened.isClosed = true;
        reject(signal.reason);
      });
      if (this.isRefused) reject(new Error('refused'));
    });

  say(text: string): void {
    for (const { take, isClosed } of this.opened) if (!isClosed) take(text);
  }
}

const HINT = 'event: hint\ndata: {"license":"lic_1"}\n\n';

async function hinted() {
  const world = new World();
  const streams = new Streams(() => world.time.now());
  const machine = world.machine();
  const running = await world.ready(machine, {}, { stream: streams.stream });
  await world.time.run(0);
  return { world, streams, machine, running, asked: world.server.asked };
}

describe('a client with a stream of hints', () => {
  it('opens one, to the server that answered', async () => {
    const { world, streams, asked } = await hinted();
    await world.time.run(DAY);
    expect(streams.opened.map(({ url }) => url)).toEqual(['http://issuer.test/v1/hints']);
    expect(asked.length).toBeGreaterThan(40);
  });

  it('knows a suspension within half a second, and asks once for a burst', async () => {
    const { world, streams, running, asked } = await hinted();
    const before = asked.length;
    world.server.terms = { status: 'suspended', seq: { incarnation: 1, count: 2 } };
    for (let times = 0; times < 50; times++) streams.say(HINT);
    await world.time.run(SECOND / 2);
    expect(asked.length - before).toBe(1);
    expect(running.client.explain('build').causes.find(({ cause }) => cause === 'suspended')?.began).toBe(true);
    expect(running.client.health().counters.hints).toBe(1);
  });

  it('spreads a fleet over half a second', async () => {
    const { world, streams, asked } = await hinted();
    for (let client = 0; client < 20; client++) await world.ready(world.machine(`m${client}`), {}, { stream: streams.stream });
    const before = asked.length;
    streams.say(HINT);
    await world.time.run(SECOND / 4);
    const early = asked.length - before;
    await world.time.run(SECOND / 4);
    expect(early).toBeGreaterThan(3);
    expect(early).toBeLessThan(18);
    expect(asked.length - before).toBe(21);
  });

  it('reads a hint that comes in pieces, among comments and other lines', async () => {
    const { world, streams, asked } = await hinted();
    const before = asked.length;
    for (const piece of ': still here\r\n\r\nretry: 5\nevent: hint\ndata: {"license":"lic_1"}\r\n\r\n') streams.say(piece);
    await world.time.run(SECOND);
    expect(asked.length - before).toBe(1);
  });

  it('asks again where the hint came while it was asking', async () => {
    const { world, streams, running, asked } = await hinted();
    const before = asked.length;
    let release = (): void => {};
    world.server.behaviour = async (question) => {
      const word = world.server.lease(question);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return answer({ word });
    };
    const refreshed = running.client.refresh();
    await world.time.run(0);
    world.server.terms = { limits: { 'parallel-jobs': 99 } };
    streams.say(HINT);
    await world.time.run(SECOND);
    expect(asked.length - before).toBe(1);
    world.server.behaviour = (question) => answer({ word: world.server.lease(question) });
    release();
    await world.time.finish(refreshed);
    await world.time.run(SECOND);
    expect(asked.length - before).toBe(2);
  });

  it('asks even where another process has renewed meanwhile: that may have been before the change', async () => {
    const { world, streams, machine, running } = await hinted();
    const second = await world.ready(machine);
    await world.time.finish(second.client.refresh());
    world.server.terms = { status: 'suspended', seq: { incarnation: 1, count: 2 } };
    streams.say(HINT);
    await world.time.run(SECOND);
    expect(running.client.explain('build').causes.find(({ cause }) => cause === 'suspended')?.began).toBe(true);
  });

  it('fetches the key set, and no lease, where that changed', async () => {
    const { world, streams, running, asked } = await hinted();
    const before = { asked: asked.length, served: world.server.keySetsServed };
    world.issuer.rotate();
    streams.say('data: {"keySet":true}\n');
    await world.time.run(SECOND);
    expect(asked.length).toBe(before.asked);
    expect(world.server.keySetsServed).toBe(before.served + 1);
    expect(running.installation.keySet?.version).toBe(world.issuer.version);
  });
});

const LOSSES: readonly { readonly what: string; readonly happens: (streams: Streams) => void }[] = [
  {
    what: 'is refused',
    happens: (streams) => {
      streams.isRefused = true;
    },
  },
  {
    what: 'ends at once each time',
    happens: (streams) => {
      streams.opened.at(-1)?.end();
    },
  },
  { what: 'says nothing', happens: () => {} },
  { what: 'is full of other things', happens: (streams) => streams.say('<html>\n'.repeat(10_000)) },
  { what: 'has hints that are none', happens: (streams) => streams.say('data: null\ndata: 7\ndata: "x"\ndata: [1]\ndata: {"li\ndata\n\n') },
  {
    what: 'is one line without end',
    happens: (streams) => {
      for (let mb = 0; mb < 64; mb++) streams.say('data: {"'.padEnd(1024 * 1024, 'x'));
    },
  },
];

describe('a stream that', () => {
  it.each(LOSSES)('$what changes nothing', async ({ happens }) => {
    const { world, streams, running, asked } = await hinted();
    const before = asked.length;
    for (let hour = 0; hour < 24; hour++) {
      happens(streams);
      await world.time.run(HOUR);
    }
    expect(tierOf(running)).toBe('full');
    expect(asked.length - before).toBeLessThan(60);
    expect(running.client.health()).toMatchObject({ state: 'ok', failure: null });
    expect(streams.opened.length).toBeLessThan(60);
  });

  it('is refused is opened again far more seldom than leases are renewed, and never given up', async () => {
    const world = new World();
    const streams = new Streams(() => world.time.now());
    streams.isRefused = true;
    await world.ready(world.machine(), {}, { stream: streams.stream });
    await world.time.run(3 * DAY);
    const late = streams.opened.filter(({ at }) => at > world.time.now() - DAY).length;
    expect(late).toBeGreaterThan(10);
    expect(late).toBeLessThan(100);
  });

  it('was lost hints again when it is back', async () => {
    const { world, streams, asked } = await hinted();
    streams.opened[0]?.end();
    await world.time.run(MINUTE);
    expect(streams.opened).toHaveLength(2);
    const before = asked.length;
    streams.opened[1]?.take(HINT);
    await world.time.run(SECOND);
    expect(asked.length - before).toBe(1);
  });

  it('hints without end is followed once a second', async () => {
    const { world, streams, asked } = await hinted();
    const before = asked.length;
    for (let step = 0; step < 100; step++) {
      streams.say(HINT);
      await world.time.run(SECOND / 10);
    }
    expect(asked.length - before).toBeGreaterThan(5);
    expect(asked.length - before).toBeLessThan(12);
  });

  it('is open is closed with the client, and followed no more', async () => {
    const { world, streams, running, asked } = await hinted();
    streams.say(HINT);
    await world.time.finish(running.client.close());
    const before = asked.length;
    expect(streams.opened.map(({ isClosed }) => isClosed)).toEqual([true]);
    await world.time.run(DAY);
    expect([asked.length, streams.opened.length]).toEqual([before, 1]);
  });
});
