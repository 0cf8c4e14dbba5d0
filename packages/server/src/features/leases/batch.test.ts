import { describe, expect, it } from 'vitest';
import { leaseServer, ONE_SEAT } from './test-leases.ts';

type Items = readonly { status: number; word?: string; problem?: { code: string } }[];

async function house(limit: number) {
  const server = await leaseServer({ seats: { ...ONE_SEAT, limit } });
  const post = async (items: readonly object[]) => {
    const response = await server.server.handle({
      ...{ method: 'POST', path: '/v1/leases:batch', headers: { authorization: `Bearer ${server.licenseKey}` } },
      body: JSON.stringify({ items }),
    });
    return { status: response.status, items: (response.body as { items: Items }).items };
  };
  return { ...server, post };
}

describe('leases:batch', () => {
  it('gives each item the answer and the word that it would have had alone, in order', async () => {
    const { installation, post, world } = await house(2);
    const names = ['a', 'b', 'c'].map((name) => installation(name));
    const { status, items } = await post(names.map((each) => ({ op: 'acquire', proof: each.proof({ op: 'acquire' }) })));
    expect(status).toBe(200);
    expect(items.map((item) => item.status)).toEqual([200, 200, 409]);
    expect(items.map((item) => item.problem?.code)).toEqual([undefined, undefined, 'no-seat']);
    expect(new Set(items.map(({ word }) => word)).size).toBe(3);
    expect(await world.store.count('lease', { state: 'granted' })).toBe(2);
  });

  it('answers an item with a bad proof alone', async () => {
    const { installation, post } = await house(2);
    const { items } = await post([
      { op: 'acquire', proof: installation('a').proof({ op: 'renew' }) },
      { op: 'acquire', proof: installation('b').proof({ op: 'acquire' }) },
      { op: 'release', proof: installation('c').proof({ op: 'release' }) },
    ]);
    expect(items.map((item) => item.problem?.code ?? item.status)).toEqual(['proof-invalid', 200, 200]);
  });

  it('refuses a body that it cannot read', async () => {
    const { post } = await house(1);
    expect((await post([])).status).toBe(400);
    expect((await post([{ op: 'take', proof: 'x' }])).status).toBe(400);
  });
});
