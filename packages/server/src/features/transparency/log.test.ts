import { after, SECOND } from '@glidepath/core';
import { auditLeafHash, isConsistent, isIncluded, openKeySet, openLogHead, rootOf } from '@glidepath/protocol';
import { nodeCrypto } from '@glidepath/protocol/node';
import { beforeEach, describe, expect, it } from 'vitest';
import { createServer } from '../../server.ts';
import { type TestServer, testServer } from '../../test-world.ts';
import { issueTestLicense } from '../test-license.ts';
import { lastBatch, leavesOf, logTreeOf, textOf } from './log-tree.ts';
import { sealAudit } from './seal-job.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));

describe('the log', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await testServer({ jobs: [sealAudit] });
  });

  const seal = async () => {
    await server.server.tick(server.world.clock.advance(SECOND));
    const last = await lastBatch(server.world.store);
    if (last === null) throw new Error('nothing was sealed');
    return last;
  };
  /** So many changes, each told of once. */
  const happen = async (count: number) => {
    const now = server.world.clock.now();
    const told = await server.world.store.count('audit', {});
    const audit = Array.from({ length: count }, (_, at) => {
      const id = `aud_${String(told + at).padStart(6, '0')}`;
      return { id, environment: null, at: now, actor: 'test', action: 'test.happened', subject: id, facts: { at } };
    });
    await server.world.store.commit({ writes: [], audit, events: [] });
  };
  const allLeaves = async () => {
    const batches = await server.world.store.find('logBatch', {}, { limit: 10_000 });
    return batches.flatMap((batch) => leavesOf(batch)).map(bytes);
  };

  it('takes in every audit entry once, in batches whose roots are those of all leaves', async () => {
    await happen(3);
    await seal();
    await happen(70);
    await seal();
    await happen(1);
    const last = await seal();
    const entries = await server.world.store.find('audit', {}, { limit: 1_000 });
    const batches = await server.world.store.find('logBatch', {}, { limit: 100 });
    expect(batches.flatMap((batch) => batch.entries).toSorted()).toEqual(entries.map(({ id }) => id).toSorted());
    expect(last.size).toBe(entries.length);
    expect(Buffer.from(rootOf(await allLeaves(), nodeCrypto)).toString('base64url')).toBe(last.root);
    const [first] = entries;
    const leaf = first === undefined ? '' : auditLeafHash(first, nodeCrypto);
    expect(batches.flatMap((batch) => leavesOf(batch))).toContain(leaf);
  });

  it('has one root whoever computes it, also where a node reads only what others stored', async () => {
    for (const count of [1, 30, 1, 33, 940, 64, 5, 1_100]) {
      await happen(count);
      const last = await seal();
      const leaves = await allLeaves();
      expect(last.root).toBe(textOf(rootOf(leaves, nodeCrypto)));
      const stranger = logTreeOf(
        { get: (...all) => server.world.store.get(...all), find: (...all) => server.world.store.find(...all) },
        nodeCrypto,
        last,
      );
      expect(textOf(await stranger.hashOf({ start: 0, end: last.size }))).toBe(last.root);
    }
  });

  it('seals nothing twice when two nodes seal at once', async () => {
    const other = createServer(server.world, { jobs: [sealAudit] });
    await happen(40);
    const now = server.world.clock.advance(SECOND);
    await Promise.all([server.server.tick(now), other.tick(now)]);
    await happen(5);
    await Promise.all([server.server.tick(after(now, SECOND)), other.tick(after(now, SECOND))]);
    const batches = await server.world.store.find('logBatch', {}, { limit: 100 });
    const ids = batches.flatMap((batch) => batch.entries);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(await server.world.store.count('audit', {}));
    expect(batches.at(-1)?.root).toBe(textOf(rootOf(await allLeaves(), nodeCrypto)));
  });

  it('shows a head that the keys of the environment verify, to a license key, too', async () => {
    expect(await server.call('GET', '/v1/log/head')).toMatchObject({ status: 404 });
    const license = await issueTestLicense(server);
    const last = await seal();
    const { status, body } = await server.call('GET', '/v1/log/head', undefined, { token: license.key });
    expect([status, body.size, body.root]).toEqual([200, last.size, last.root]);
    const bundle = await server.call('GET', '/v1/keyset');
    const roots = (await server.world.store.find('root', {}, { limit: 9 })).map(({ x }) => x);
    const context = { env: 'production', iss: 'glidepath:test', crypto: nodeCrypto };
    const keys = openKeySet(bundle.body, { ...context, roots, now: server.world.clock.now() });
    if (!keys.ok) throw new Error(keys.reason);
    for (const head of [body.head, last.head])
      expect(openLogHead(head, { ...context, keys: keys.value })).toMatchObject({ ok: true, value: { size: last.size, root: last.root } });
  });

  it('proves that each of its sizes begins with all of the earlier ones', async () => {
    const sizes: { size: number; root: string }[] = [];
    for (const count of [1, 2, 40, 1, 90]) {
      await happen(count);
      const { size, root } = await seal();
      sizes.push({ size, root });
    }
    for (const [at, later] of sizes.entries()) {
      for (const earlier of sizes.slice(0, at + 1)) {
        const { body } = await server.call('GET', `/v1/log/consistency?from=${earlier.size}&to=${later.size}`);
        const [one, two] = [earlier, later].map(({ size, root }) => ({ size, root: bytes(root) }));
        if (one === undefined || two === undefined) throw new Error('two sizes');
        expect(isConsistent(one, two, (body.hashes as string[]).map(bytes), nodeCrypto)).toBe(true);
      }
    }
    expect(await server.call('GET', '/v1/log/consistency?from=1&to=99999')).toMatchObject({ status: 404 });
    expect(await server.call('GET', '/v1/log/consistency?from=9&to=1')).toMatchObject({ status: 400 });
  });

  it('proves of each entry that it is in it, by its id and by its position', async () => {
    for (let round = 0; round < 6; round++) {
      await happen(7);
      await seal();
    }
    const last = await seal();
    for (const { id } of await server.world.store.find('audit', {}, { limit: 100 })) {
      const { status, body } = await server.call('GET', `/v1/log/inclusion?entry=${id}`);
      expect([status, (body.entry as { id: string }).id]).toEqual([200, id]);
      const proof = { leaf: bytes(String(body.leaf)), position: Number(body.position), size: last.size, root: bytes(last.root) };
      expect(isIncluded({ ...proof, hashes: (body.hashes as string[]).map(bytes) }, nodeCrypto)).toBe(true);
    }
    expect(await server.call('GET', '/v1/log/inclusion?position=3&size=9')).toMatchObject({ status: 200, body: { position: 3, size: 9 } });
    expect(await server.call('GET', '/v1/log/inclusion?entry=aud_none')).toMatchObject({ status: 404 });
    expect(await server.call('GET', '/v1/log/inclusion')).toMatchObject({ status: 400 });
    expect(await server.call('GET', `/v1/log/inclusion?position=${last.size}`)).toMatchObject({ status: 404 });
  });

  it('lists its leaves page by page, each with its entry', async () => {
    await happen(50);
    await seal();
    await happen(20);
    const last = await seal();
    const seen: number[] = [];
    for (let next: unknown = ''; next !== null; ) {
      const { body } = await server.call('GET', `/v1/log/entries?limit=7${next === '' ? '' : `&after=${next}`}`);
      const items = body.items as { position: number; leaf: string; entry: Parameters<typeof auditLeafHash>[0] }[];
      for (const { position, leaf, entry } of items) {
        expect(auditLeafHash(entry, nodeCrypto)).toBe(leaf);
        seen.push(position);
      }
      next = body.next;
    }
    expect(seen).toEqual(Array.from({ length: last.size }, (_, at) => at));
  });
});
