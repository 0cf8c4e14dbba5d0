import { type ChangeSet, type CommitResult, DAY, type GroupedResult, HOUR, revoke, SECOND, type TurnStore } from '@glidepath/core';
import { newId } from '@glidepath/protocol';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../adapters/memory/memory-store.ts';
import { testClock } from '../../test-world.ts';
import { type LeaseServer, leaseServer, ONE_SEAT, policyTree, put, putLicense } from './test-leases.ts';

const LAPSED = HOUR + 2 * SECOND;

async function revokeNow(house: LeaseServer): Promise<void> {
  const before = await house.refreshed();
  const after = revoke(before, { reason: 'fraud' }, { now: house.world.clock.now(), incarnation: 1 });
  if (!after.ok) throw new Error(after.message);
  const { status, statusAt, statusReason, seq } = after.value;
  const set = { status, statusAt, statusReason, seq };
  await put(house.world.store, [{ op: 'update', table: 'license', id: before.id, revision: before.revision, set }]);
}

describe('renew', () => {
  it('answers with the same lease, held anew, and counts the renewal without auditing it', async () => {
    const house = await leaseServer();
    const a = house.installation('a');
    const first = await a.acquire();
    const audited = await house.world.store.count('audit', {});
    house.world.clock.advance(HOUR / 2);
    const { status, lease } = await a.renew();
    expect(status).toBe(200);
    expect(lease).toMatchObject({ lease: first.lease?.lease, epoch: first.lease?.epoch, iatMs: house.world.clock.now() });
    expect(lease?.jti).not.toBe(first.lease?.jti);
    expect(await house.world.store.get('lease', lease?.lease ?? '')).toMatchObject({ renewals: 1, holdUntil: lease?.hold });
    expect(await house.world.store.count('audit', {})).toBe(audited);
  });

  it('mentions the latest key set, so that clients learn of a condemned key', async () => {
    const house = await leaseServer();
    const a = house.installation('a');
    expect((await a.acquire()).response.body).toMatchObject({ keySet: { version: 1 } });
    const [set] = await house.world.store.find('keySet', {}, { limit: 1 });
    if (set === undefined) throw new Error('no key set');
    const now = house.world.clock.advance(SECOND);
    await put(house.world.store, [
      { op: 'insert', table: 'keySet', row: { ...set, id: newId('kst', now, house.world.entropy), version: 2 } },
    ]);
    expect((await a.renew()).response.body).toMatchObject({ keySet: { version: 1 } });
    house.world.clock.advance(5 * SECOND);
    expect((await a.renew()).response.body).toMatchObject({ keySet: { version: 2 } });
  });

  it('answers a repeated request with the same word', async () => {
    const house = await leaseServer();
    const a = house.installation('a');
    await a.acquire();
    const first = await a.renew({ nonce: 'the-same-nonce' });
    house.world.clock.advance(SECOND);
    expect((await a.renew({ nonce: 'the-same-nonce' })).word).toBe(first.word);
  });

  it('does not renew a copied lease on another machine', async () => {
    const house = await leaseServer();
    const { lease } = await house.installation('a').acquire();
    const copy = await house.installation('b').renew({ epoch: lease?.epoch });
    expect(copy).toMatchObject({ status: 404, code: 'lease-unknown', verdict: { verdict: 'denied', code: 'lease-unknown' } });
  });

  it('does not renew a person’s lease for an installation that nobody has seen acquire', async () => {
    const house = await leaseServer({ seats: { ...ONE_SEAT, kind: 'named' } });
    const { lease } = await house.installation('laptop').acquire({ body: { person: 'Ann' } });
    const copy = await house.installation('copy').renew({ epoch: lease?.epoch, body: { person: 'Ann' } });
    expect(copy).toMatchObject({ status: 403, code: 'wrong-installation', verdict: { verdict: 'denied' } });
  });

  it('refuses a renewal that names no epoch', async () => {
    const house = await leaseServer();
    const a = house.installation('a');
    await a.acquire();
    expect(await a.renew({ epoch: undefined })).toMatchObject({ status: 401, code: 'proof-invalid', word: null });
  });

  it('keeps the seat of who was dark, if it is free, at the same epoch', async () => {
    const house = await leaseServer({ seats: ONE_SEAT });
    const a = house.installation('a');
    const { lease } = await a.acquire();
    house.world.clock.advance(LAPSED);
    await house.server.tick(house.world.clock.now());
    expect(await house.world.store.get('seatState', house.license.id)).toMatchObject({ granted: 0 });
    expect((await a.renew()).lease?.epoch).toEqual(lease?.epoch);
  });

  it('supersedes who was dark when the seat is another’s, once per request', async () => {
    const house = await leaseServer({ seats: ONE_SEAT });
    const a = house.installation('a');
    await a.acquire();
    house.world.clock.advance(LAPSED);
    await house.installation('b').acquire();
    const first = await a.renew({ nonce: 'the-same-nonce' });
    expect(first).toMatchObject({ status: 409, code: 'superseded', verdict: { verdict: 'superseded', sub: a.jkt } });
    const again = await a.renew({ nonce: 'the-same-nonce' });
    expect(again.verdict?.jti).toBe(first.verdict?.jti);
    expect(await house.world.store.count('outbox', { type: 'lease.superseded' })).toBe(1);
  });

  it('tells one that was dark for three days of a revocation in a lease, so that its own dwell begins now', async () => {
    const house = await leaseServer();
    const a = house.installation('a');
    await a.acquire();
    await revokeNow(house);
    const revokedAt = house.world.clock.now();
    house.world.clock.advance(3 * DAY);
    await house.server.tick(house.world.clock.now());
    const { status, lease } = await a.renew();
    expect(status).toBe(200);
    expect(lease).toMatchObject({ status: 'revoked', statusAt: revokedAt, tier: 'full', tierCause: 'none', seq: { count: 2 } });
    const fresh = await house.installation('b').acquire();
    expect(fresh).toMatchObject({ status: 403, code: 'license-revoked', verdict: { verdict: 'revoked', effectiveAt: revokedAt } });
  });

  it('still answers a lease that began under another kind of seat', async () => {
    const house = await leaseServer({ seats: { ...ONE_SEAT, limit: 3 } });
    const a = house.installation('a');
    const { lease } = await a.acquire();
    await house.promote(policyTree({ ...ONE_SEAT, limit: 3, kind: 'named' }));
    for (const body of [{}, { person: 'Ann' }]) {
      expect((await a.renew({ body })).lease).toMatchObject({ lease: lease?.lease, sub: a.jkt, seat: { kind: 'named' } });
    }
    expect((await a.release({ body: { person: 'Ann' } })).status).toBe(200);
    expect(await house.world.store.get('seatState', house.license.id)).toMatchObject({ granted: 0 });
  });

  it('records the grants that an installation has worked under, once', async () => {
    const house = await leaseServer();
    const a = house.installation('a');
    await a.acquire();
    const now = house.world.clock.now();
    const row = {
      ...{
        id: 'gra_1',
        license: house.license.id,
        environment: house.environment.id,
        purpose: 'break-glass',
        kid: 'k',
        tier: 'full',
        seats: 1,
      },
      ...{ until: now, createdAt: now, createdBy: 'test', usedBy: [], revision: 0 },
    };
    const other = await putLicense(house.world, house.environment, policyTree(undefined));
    const foreign = { ...row, id: 'gra_2', kid: 'other', license: other.license.id };
    await put(house.world.store, [
      { op: 'insert', table: 'grant', row },
      { op: 'insert', table: 'grant', row: foreign },
    ]);
    for (const _ of [1, 2]) expect((await a.renew({ body: { grantsUsed: ['gra_1', 'gra_2', 'gra_none'] } })).status).toBe(200);
    expect(await house.world.store.get('grant', 'gra_1')).toMatchObject({ usedBy: [a.jkt], revision: 1 });
    expect(await house.world.store.get('grant', 'gra_2')).toMatchObject({ usedBy: [] });
    expect(await house.world.store.count('outbox', { type: 'grant.used' })).toBe(1);
  });
});

describe('renew > a policy that changed', () => {
  it('is followed by the first who asks, raises seq, and lists what it lowered for holders of before', async () => {
    const house = await leaseServer();
    const a = house.installation('a');
    const before = await a.acquire();
    house.world.clock.advance(SECOND);
    const digest = await house.promote(policyTree(undefined, { tier: 'reduced', bootstrap: { tier: 'essential', for: '14d' } }));
    const { lease } = await a.renew();
    expect(lease).toMatchObject({
      ...{ policy: digest, planTier: 'reduced', tier: 'reduced', tierCause: 'none', seq: { incarnation: 1, count: 2 } },
      lowered: [{ of: 'policy', from: 'full', effectiveAt: house.world.clock.now() }],
    });
    expect(before.lease?.lowered).toEqual([]);
    expect((await house.installation('b').acquire()).lease).toMatchObject({ tier: 'reduced', lowered: [], seq: { count: 2 } });
    expect(await house.refreshed()).toMatchObject({ seq: { count: 2 } });
    expect(await house.world.store.count('licenseTerms', { license: house.license.id })).toBe(2);
    expect(await house.world.store.count('audit', { action: 'license.policy-followed' })).toBe(1);
  });

  it('is not followed where it lacks the plan', async () => {
    const house = await leaseServer();
    const a = house.installation('a');
    const before = await a.acquire();
    const tree = policyTree(undefined) as { spec: { plans: Record<string, unknown> } };
    tree.spec.plans = { club: tree.spec.plans.team };
    await house.promote(tree);
    expect((await a.renew()).lease).toMatchObject({ policy: before.lease?.policy, plan: 'team' });
  });
});

/** A store in which others are first, as often as it is told. */
class BusyStore extends MemoryStore {
  conflicts = 0;
  override async commit(change: ChangeSet): Promise<CommitResult> {
    return this.#isFirst(change) ? super.commit(change) : OTHERS_WERE;
  }
  override async commitAll(changes: readonly ChangeSet[]): Promise<readonly GroupedResult[]> {
    const results: GroupedResult[] = [];
    for (const change of changes) results.push(...(this.#isFirst(change) ? await super.commitAll([change]) : [OTHERS_WERE]));
    return results;
  }
  override inTurn<R>(license: string, work: (store: TurnStore) => Promise<R>): Promise<R> {
    return super.inTurn(license, (turn) =>
      work({ ...turn, commit: async (change) => (this.#isFirst(change) ? turn.commit(change) : OTHERS_WERE) }),
    );
  }
  #isFirst({ writes }: ChangeSet): boolean {
    if (!writes.some(({ table }) => table === 'lease') || this.conflicts <= 0) return true;
    this.conflicts--;
    return false;
  }
}
const OTHERS_WERE = { ok: false, reason: 'stale', table: 'seatState', id: 'lic', constraint: null } as const;

describe('renew > conflicts', () => {
  async function busyHouse() {
    const clock = testClock();
    const store = new BusyStore(clock);
    const house = await leaseServer({ parts: { store } });
    const a = house.installation('a');
    await a.acquire();
    return { house, store, a };
  }

  it('are gathered again, and decided anew', async () => {
    const { store, a } = await busyHouse();
    store.conflicts = 3;
    expect((await a.renew()).status).toBe(200);
    store.conflicts = 3;
    expect((await a.acquire()).status).toBe(200);
  });

  it('that do not end are a 503 after a bounded number of tries, with nothing written and no word signed', async () => {
    const { house, store, a } = await busyHouse();
    const [before] = await house.world.store.find('lease', {}, { limit: 1 });
    store.conflicts = 10_000;
    expect(await a.renew()).toMatchObject({ status: 503, code: 'busy-record', word: null });
    expect(store.conflicts).toBeGreaterThan(10_000 - 50);
    store.conflicts = 0;
    expect(await house.world.store.get('lease', before?.id ?? '')).toEqual(before);
  });
});
