import { DAY, formatInstant, HOUR, MINUTE } from '@glidepath/core';
import { createEgress } from '@glidepath/egress';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createServer } from '../../server.ts';
import { START, type TestServer, testServer } from '../../test-world.ts';
import { type Receiver, startReceiver } from '../channels/test-receiver.ts';
import { sealAudit } from '../transparency/seal-job.ts';
import { deliverNotices } from './deliver-job.ts';
import { watchNotices } from './notices-job.ts';
import { GROUPS_MAX } from './tell.ts';

const jobs = [sealAudit, watchNotices, deliverNotices];
const egress = createEgress({ allow: ['127.0.0.0/8'] });

interface Line {
  readonly kind: string;
  readonly severity: string;
  readonly condition: string;
  readonly heading: string;
  readonly text: string;
  readonly next: string | null;
}
interface Data {
  readonly title: string;
  readonly team: string | null;
  readonly lines: readonly Line[];
  readonly more: number;
}

let house: TestServer;
let token: string;
let receivers: Receiver[];
beforeEach(async () => {
  receivers = [];
  house = await testServer({ jobs }, { egress });
  token = house.admin;
});
afterEach(() => Promise.all(receivers.map((receiver) => receiver.stop())));

const call = (method: string, path: string, body?: unknown) => house.call(method, path, body, { token });

async function addChannel(name: string, more: Record<string, unknown> = {}): Promise<Receiver> {
  const receiver = await startReceiver();
  receivers.push(receiver);
  const { status, body } = await call('POST', '/v1/channels', { name, kind: 'webhook', url: receiver.url, ...more });
  expect([status, body]).toEqual([201, body]);
  return receiver;
}

/** Time passes, and a round of notices and one of deliveries with it. */
async function tick(ms: number = MINUTE): Promise<void> {
  await house.server.tick(house.world.clock.advance(ms));
  await house.server.settled();
}

function dataOf({ requests }: Receiver): readonly Data[] {
  return requests.map(({ body }) => (JSON.parse(body) as { data: Data }).data);
}

/** What was told of one condition, in order. */
function toldOf(receiver: Receiver, condition: string): readonly Line[] {
  return dataOf(receiver).flatMap(({ lines }) => lines.filter((line) => line.condition === condition));
}

interface Held {
  readonly name: string;
  readonly endsInDays: number;
  readonly team?: string;
  readonly product?: string;
  readonly dependents?: readonly string[];
}

function document({ name, endsInDays, team = 'eda', product = 'MATLAB', dependents = ['build-farm'] }: Held) {
  return {
    apiVersion: 'glidepath.dev/v1',
    kind: 'HeldLicense',
    metadata: { name },
    spec: {
      product,
      vendor: 'MathWorks',
      contract: { id: '4711', expires: formatInstant((START + endsInDays * DAY) as never).slice(0, 10) },
      leadTime: { vendor: '10d', approval: '4d' },
      owners: { team, people: [`ana-${team}@example.com`, `bo-${team}@example.com`] },
      runsOn: ['lic-1.example.com'],
      dependents,
    },
  };
}

async function apply(...held: readonly Held[]): Promise<void> {
  const { status, body } = await call('POST', '/v1/inventory', { documents: held.map(document) });
  expect([status, body]).toEqual([200, body]);
}

const notices = async (query = 'open=true') =>
  (await call('GET', `/v1/notices?limit=500&${query}`)).body.items as { id: string; condition: string; severity: string }[];

describe('notices of a license that ends', () => {
  it('arrive exactly once for each stage, and say what stops, when, whom it hits, who owns it and what to type', async () => {
    const there = await addChannel('oncall');
    await apply({ name: 'matlab-campus', endsInDays: 60 });
    for (let hour = 0; hour < 62 * 24; hour += 6) await tick(6 * HOUR);
    const told = toldOf(there, 'LicenseRunwayShort');
    expect(told.map(({ kind, severity }) => `${kind} ${severity}`)).toEqual([
      'opened info',
      'risen warning',
      'risen critical',
      'resolved critical',
    ]);
    expect(toldOf(there, 'LicenseEnded').map(({ kind, severity }) => `${kind} ${severity}`)).toEqual(['opened critical']);
    const [, , critical] = told;
    for (const words of [
      'matlab-campus',
      'MathWorks',
      '2026-03-06T23:59:59Z',
      'in 13 days',
      'build-farm',
      'lic-1.example.com',
      'Owned by eda',
    ]) {
      expect(critical?.text).toContain(words);
    }
    expect(critical?.next).toBe('glidepath where matlab-campus');
  });

  it('are one message for a thousand, with their count and the worst twenty', async () => {
    const there = await addChannel('oncall');
    await apply(...Array.from({ length: 1_000 }, (_, at) => ({ name: `tool-${at}`, endsInDays: at === 777 ? 3 : 20 })));
    await tick();
    await tick();
    expect(there.requests).toHaveLength(1);
    const [data] = dataOf(there);
    expect(data).toMatchObject({ team: 'eda', more: 980 });
    expect(data?.title).toMatch(/^1 critical, 999 warning/);
    expect(data?.lines).toHaveLength(20);
    expect(data?.lines[0]).toMatchObject({ severity: 'critical', heading: expect.stringContaining('tool-777') });
    expect(await notices()).toHaveLength(500);
  });

  it('are few messages for many teams', async () => {
    const there = await addChannel('oncall');
    await apply(...Array.from({ length: GROUPS_MAX + 1 }, (_, at) => ({ name: `tool-${at}`, endsInDays: 3, team: `team-${at}` })));
    await tick();
    expect(dataOf(there)).toMatchObject([{ team: null, lines: { length: GROUPS_MAX + 1 } }]);
  });

  it('go to who wants them: by team and by severity', async () => {
    await apply({ name: 'mine', endsInDays: 20 }, { name: 'theirs', endsInDays: 3, team: 'ops' });
    const [eda, critical, all] = [
      await addChannel('eda', { teams: ['eda'] }),
      await addChannel('critical', { least: 'critical' }),
      await addChannel('all'),
    ];
    await tick();
    const names = (receiver: Receiver) => toldOf(receiver, 'LicenseRunwayShort').map(({ heading }) => heading.split(': ')[1]);
    expect([names(eda), names(critical), names(all).toSorted()]).toEqual([['mine'], ['theirs'], ['mine', 'theirs']]);
  });

  it('wait for somebody to tell', async () => {
    await apply({ name: 'matlab', endsInDays: 3 });
    await tick();
    const there = await addChannel('late');
    await tick();
    await tick();
    expect(toldOf(there, 'LicenseRunwayShort')).toHaveLength(1);
  });
});

describe('an acknowledged notice', () => {
  it('is silent until it grows worse', async () => {
    const there = await addChannel('oncall', { least: 'warning' });
    await apply({ name: 'matlab', endsInDays: 40 });
    await tick();
    const [notice] = await notices();
    expect(notice).toMatchObject({ condition: 'LicenseRunwayShort', severity: 'info' });
    expect(await call('POST', `/v1/notices/${notice?.id}/acknowledge`)).toMatchObject({ status: 200 });
    for (let day = 0; day < 10; day++) await tick(DAY);
    expect(toldOf(there, 'LicenseRunwayShort')).toEqual([]);
    for (let day = 0; day < 5; day++) await tick(DAY);
    expect(toldOf(there, 'LicenseRunwayShort')).toMatchObject([{ kind: 'risen', severity: 'warning' }]);
    expect((await notices()).find(({ id }) => id === notice?.id)).toMatchObject({ acknowledgedAt: null });
  });

  it('was acknowledged by an operator, or by an owner of what it is about', async () => {
    await apply({ name: 'matlab', endsInDays: 3 });
    await tick();
    const [notice] = await notices();
    const path = `/v1/notices/${notice?.id}/acknowledge`;
    const viewer = await house.tokenFor(['viewer']);
    expect(await house.call('POST', path, undefined, { token: viewer })).toMatchObject({ status: 403 });
    const { body: me } = await house.call('GET', '/v1/whoami', undefined, { token: viewer });
    await call('POST', '/v1/teams/eda/members', { principal: me.principal });
    expect(await house.call('POST', path, undefined, { token: viewer })).toMatchObject({
      status: 200,
      body: { acknowledgedBy: me.principal },
    });
  });
});

describe('a notice', () => {
  it('is resolved after the condition has been gone for a while, and says so once', async () => {
    const there = await addChannel('oncall');
    await apply({ name: 'matlab', endsInDays: 3 });
    await tick();
    await apply({ name: 'matlab', endsInDays: 400 });
    await tick();
    expect(toldOf(there, 'LicenseRunwayShort')).toHaveLength(1);
    for (let minute = 0; minute < 30; minute += 5) await tick(5 * MINUTE);
    expect(toldOf(there, 'LicenseRunwayShort')).toMatchObject([{ kind: 'opened' }, { kind: 'resolved', next: null }]);
    expect(await notices()).toEqual([]);
    await apply({ name: 'matlab', endsInDays: 3 });
    await tick();
    expect(toldOf(there, 'LicenseRunwayShort')).toHaveLength(3);
    expect(await notices('')).toHaveLength(2);
    expect(there.requests).toHaveLength(3);
  });

  it('is told by one of two nodes that look at once', async () => {
    const there = await addChannel('oncall');
    await apply({ name: 'matlab', endsInDays: 3 });
    const other = createServer(house.world, { jobs });
    for (let round = 0; round < 3; round++) {
      const now = house.world.clock.advance(MINUTE);
      await Promise.all([house.server.tick(now), other.tick(now)]);
      await Promise.all([house.server.settled(), other.settled()]);
    }
    expect(toldOf(there, 'LicenseRunwayShort')).toHaveLength(1);
    expect(await notices()).toHaveLength(1);
  });

  it('is told in the next round when the node died before it was put into a message', async () => {
    const there = await addChannel('oncall');
    await apply({ name: 'matlab', endsInDays: 3 });
    const { store } = house.world;
    const commit = store.commit.bind(store);
    store.commit = (change) =>
      change.writes.some(({ table }) => table === 'delivery') ? Promise.reject(new Error('killed')) : commit(change);
    await tick();
    expect(await notices()).toMatchObject([{ toldAt: null }]);
    store.commit = commit;
    await tick();
    expect(toldOf(there, 'LicenseRunwayShort')).toHaveLength(1);
  });

  it('says by another channel that one does not answer, and not by itself', async () => {
    const dead = await addChannel('dead');
    dead.reply = { status: 410 };
    const alive = await addChannel('alive');
    await apply({ name: 'matlab', endsInDays: 3 });
    await tick();
    await tick();
    expect(toldOf(alive, 'GlidepathDeliveryDead')).toMatchObject([{ severity: 'critical', next: 'glidepath channel test dead' }]);
    expect(toldOf(dead, 'GlidepathDeliveryDead')).toEqual([]);
  });
});

describe('a notice of Glidepath itself', () => {
  it('says that a job is dead, and not that the node stood still', async () => {
    const broken = { name: 'broken', everyMs: MINUTE, run: async () => Promise.reject(new Error('no')) };
    house = await testServer({ jobs: [broken, ...jobs] }, { egress });
    token = house.admin;
    const there = await addChannel('oncall');
    await tick();
    await tick(DAY);
    expect(toldOf(there, 'GlidepathJobStale')).toEqual([]);
    for (let minute = 0; minute < 5; minute++) await tick();
    expect(toldOf(there, 'GlidepathJobStale')).toMatchObject([{ severity: 'warning', text: expect.stringContaining('The job broken') }]);
  });
});

describe('names that others chose', () => {
  const HOSTILE = '<!channel> @all =cmd() [x](http://evil.example) *b* `c`';

  it('come as data in a webhook and as harmless text in a chat', async () => {
    const hooks = await addChannel('hooks');
    const chat = await addChannel('chat', { kind: 'slack' });
    await apply({ name: 'matlab', endsInDays: 3, product: HOSTILE, dependents: ['<!here>', 'a|b'] });
    await tick();
    const [message] = chat.requests;
    const { text, blocks } = JSON.parse(message?.body ?? '') as { text: string; blocks: { text: { text: string; verbatim: boolean } }[] };
    const shown = [text, ...blocks.map((block) => block.text.text)].join('\n');
    expect(shown).toContain('&lt;!channel&gt;');
    expect(shown).not.toMatch(/<!|@all|\]\(|:\/\/|\*b\*|`c`/);
    expect(blocks.every((block) => block.text.verbatim)).toBe(true);
    expect(shown).toContain('next: `glidepath where matlab`');
    expect(toldOf(hooks, 'LicenseRunwayShort')[0]?.text).toContain('<!channel> @all =cmd()');
  });

  it('keep a message within the limits of Slack', async () => {
    const chat = await addChannel('chat', { kind: 'slack' });
    const long = '<&>'.repeat(60);
    await apply(
      ...Array.from({ length: 30 }, (_, at) => ({
        name: `tool-${at}`,
        endsInDays: 3,
        product: long,
        dependents: [`1${long}`, `2${long}`, `3${long}`],
      })),
    );
    await tick();
    const { text, blocks } = JSON.parse(chat.requests[0]?.body ?? '') as { text: string; blocks: { text: { text: string } }[] };
    expect(text.length).toBeLessThan(3_000);
    expect(blocks).toHaveLength(22);
    for (const block of blocks) {
      expect(block.text.text.length).toBeLessThan(3_000);
      expect(block.text.text.replaceAll(/&(amp|lt|gt);/g, '')).not.toMatch(/[<>&]/);
    }
    expect(blocks.at(-1)?.text.text).toContain('and 10 more');
    expect(blocks[1]?.text.text).toContain('next: ');
  });
});
