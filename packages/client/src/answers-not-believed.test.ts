import { HOUR, instant, MINUTE, YEAR } from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import { describe, expect, it } from 'vitest';
import { macWithPublicKey, signedAs, tampered, unsigned } from './forged-words-fixture.ts';
import { type Asked, answer, type Behaviour, signer, TestIssuer } from './issuer-fixture.ts';
import type { HttpAnswer } from './platform.ts';
import { START, tierOf, World } from './world-fixture.ts';

const html = (status: number): HttpAnswer => ({
  status,
  retryAfter: null,
  body: '<html><h1>Please sign in to the hotel network</h1></html>',
});
const stranger = signer(nodeCrypto, 200);
const word = (text: string, status = 200): HttpAnswer => answer({ word: text }, status);

/** Claims that would take the application to its lowest tier, if anybody believed them. */
const poor = ({ nonce, jkt }: Asked) => ({ nonce, cnf: { jkt }, tier: 'essential', tierCause: 'seats' }) as const;
const poorClaims = (asked: Asked, issuer: TestIssuer) => issuer.leaseClaims(poor(asked));

interface Row {
  readonly what: string;
  readonly behaviour: Behaviour;
  /** The counter that tells of it. */
  readonly counted: string;
}

const NO_WORDS: readonly Row[] = [
  { what: 'a refused connection', behaviour: () => Promise.reject(new Error('ECONNREFUSED')), counted: 'silence.refused' },
  { what: 'no answer at all', behaviour: () => new Promise(() => {}), counted: 'silence.timeout' },
  { what: '401', behaviour: () => answer({ code: 'unknown-license-key' }, 401), counted: 'silence.http-401' },
  { what: '403', behaviour: () => answer({ code: 'license-revoked' }, 403), counted: 'silence.http-403' },
  { what: '404', behaviour: () => answer({ code: 'lease-unknown' }, 404), counted: 'silence.http-404' },
  { what: '409', behaviour: () => answer({ code: 'no-seat' }, 409), counted: 'silence.http-409' },
  { what: '429', behaviour: () => ({ ...answer({}, 429), retryAfter: '1200' }), counted: 'silence.http-429' },
  { what: '500', behaviour: () => answer({ code: 'internal' }, 500), counted: 'silence.http-500' },
  { what: '503 with a page', behaviour: () => html(503), counted: 'silence.http-503' },
  { what: "a captive portal's HTML", behaviour: () => html(200), counted: 'silence.not-json' },
  { what: 'an empty body', behaviour: () => ({ status: 200, retryAfter: null, body: '' }), counted: 'silence.not-json' },
  { what: 'JSON without a word', behaviour: () => answer({ allowed: false, valid: false }), counted: 'silence.no-word' },
  { what: 'JSON null', behaviour: () => answer(null), counted: 'silence.not-json' },
  { what: 'a word that is no text', behaviour: () => answer({ word: { status: 'revoked' } }), counted: 'silence.no-word' },
  {
    what: 'a truncated body',
    behaviour: (asked, issuer) => ({
      status: 200,
      retryAfter: null,
      body: JSON.stringify({ word: issuer.lease(poor(asked)) }).slice(0, -9),
    }),
    counted: 'silence.not-json',
  },
  { what: 'a body over 1 MiB', behaviour: () => answer({ padding: 'x'.repeat(1024 * 1024) }), counted: 'silence.too-large' },
];

const FORGED: readonly Row[] = [
  { what: 'a truncated word', behaviour: (asked, issuer) => word(issuer.lease(poor(asked)).slice(0, -1)), counted: 'word.bad-signature' },
  {
    what: 'claims changed after signing',
    behaviour: (asked, issuer) => word(tampered(issuer.lease(poor(asked)), { tier: 'reduced' })),
    counted: 'word.bad-signature',
  },
  {
    what: 'a lease of the wrong key under the right name',
    behaviour: (asked, issuer) => word(signedAs(poorClaims(asked, issuer), stranger, { kid: issuer.key.kid })),
    counted: 'word.bad-signature',
  },
  { what: 'an unknown kid', behaviour: (asked, issuer) => word(issuer.lease(poor(asked), stranger)), counted: 'word.unknown-key' },
  { what: 'no kid', behaviour: (asked, issuer) => word(signedAs(poorClaims(asked, issuer), stranger, {})), counted: 'word.unknown-key' },
  {
    what: 'a key that travels in the header',
    behaviour: (asked, issuer) =>
      word(signedAs(poorClaims(asked, issuer), stranger, { kid: stranger.kid, jwk: { kty: 'OKP', crv: 'Ed25519', x: stranger.x } })),
    counted: 'word.unknown-key',
  },
  {
    what: 'a critical header',
    behaviour: (asked, issuer) => word(signedAs(poorClaims(asked, issuer), issuer.key, { kid: issuer.key.kid, crit: ['b64'] })),
    counted: 'word.critical-header',
  },
  {
    what: 'alg: none',
    behaviour: (asked, issuer) => word(unsigned(poorClaims(asked, issuer), issuer.key.kid)),
    counted: 'word.wrong-algorithm',
  },
  {
    what: 'HS256 with the public key',
    behaviour: (asked, issuer) => word(macWithPublicKey(poorClaims(asked, issuer), issuer.key)),
    counted: 'word.wrong-algorithm',
  },
  { what: 'a word over 256 KiB', behaviour: () => word('x'.repeat(300_000)), counted: 'word.too-large' },
  {
    what: "another environment's word",
    behaviour: (asked, issuer) => word(issuer.lease({ ...poor(asked), env: 'staging' })),
    counted: 'word.wrong-environment',
  },
  {
    what: "another issuer's word",
    behaviour: (asked, issuer) => word(issuer.lease({ ...poor(asked), iss: 'https://other.test' })),
    counted: 'word.wrong-issuer',
  },
  {
    what: "another environment's key",
    behaviour: (asked, issuer) => {
      const staging = new TestIssuer(nodeCrypto, issuer.now, { env: 'staging', iss: 'https://staging.test', seed: 120 });
      return word(staging.lease(poor(asked)));
    },
    counted: 'word.unknown-key',
  },
  {
    what: 'a lease of an older seq',
    behaviour: (asked, issuer) => word(issuer.lease({ ...poor(asked), seq: { incarnation: 1, count: 0 } })),
    counted: 'word.older-seq',
  },
  {
    what: 'a revocation of an older incarnation',
    behaviour: ({ nonce, jkt }, issuer) =>
      word(issuer.verdict('revoked', { nonce, cnf: { jkt }, seq: { incarnation: 0, count: 99 } }), 403),
    counted: 'word.older-seq',
  },
  {
    what: 'a verdict for another nonce',
    behaviour: ({ jkt }, issuer) => word(issuer.verdict('holder-removed', { nonce: 'another', cnf: { jkt } }), 403),
    counted: 'word.wrong-nonce',
  },
  {
    what: 'a verdict for nobody',
    behaviour: ({ jkt }, issuer) => word(issuer.verdict('holder-removed', { nonce: null, cnf: { jkt } }), 403),
    counted: 'word.wrong-nonce',
  },
  {
    what: 'a verdict for another holder',
    behaviour: ({ nonce }, issuer) => word(issuer.verdict('holder-removed', { nonce, cnf: { jkt: 'other' } }), 403),
    counted: 'word.wrong-holder',
  },
  {
    what: 'a verdict for any holder',
    behaviour: ({ nonce }, issuer) => word(issuer.verdict('holder-removed', { nonce }), 403),
    counted: 'word.wrong-holder',
  },
  {
    what: 'a verdict about another license',
    behaviour: ({ nonce, jkt }, issuer) => word(issuer.verdict('holder-removed', { nonce, cnf: { jkt }, license: 'lic_2' }), 403),
    counted: 'word.wrong-license',
  },
  {
    what: 'a lease of another license',
    behaviour: (asked, issuer) => word(issuer.lease({ ...poor(asked), license: 'lic_2' })),
    counted: 'word.wrong-license',
  },
  {
    what: 'a lease that names a tier it does not have',
    behaviour: (asked, issuer) => word(issuer.lease({ ...poor(asked), tier: 'none' })),
    counted: 'word.malformed',
  },
  {
    what: 'a word signed before its key was born',
    behaviour: (asked, issuer) => word(issuer.lease({ ...poor(asked), iatMs: instant(START - 3 * YEAR) })),
    counted: 'word.outside-key-window',
  },
];

describe.each([...NO_WORDS, ...FORGED])('$what', ({ behaviour, counted }) => {
  it('takes nothing away, is counted, and ends with itself', async () => {
    const world = new World({ crypto: nodeCrypto });
    const running = await world.ready(world.machine());
    const well = world.server.behaviour;
    world.server.behaviour = behaviour;
    await world.time.run(2 * HOUR);
    expect(tierOf(running)).toBe('full');
    expect(running.client.check('parallel')).toMatchObject({ allowed: true, code: 'ok', cause: 'none' });
    expect(running.tiers).toHaveLength(1);
    expect(running.client.health().counters[counted]).toBeGreaterThan(0);
    expect(['stale', 'error']).toContain(running.client.status);
    // Silence is a path, and goes on being one.
    expect(running.client.health().notify).toBe('warning');
    world.server.behaviour = well;
    await world.time.run(HOUR);
    expect(running.client.status).toBe('ready');
  });
});

describe.each(NO_WORDS)('$what, at the first start', ({ behaviour }) => {
  it.each(['allow', 'deny'] as const)('leaves the answer to the application, which said %s', async (whenNothingSigned) => {
    const world = new World({ crypto: nodeCrypto });
    world.server.behaviour = behaviour;
    const { client } = await world.ready(world.machine(), { whenNothingSigned });
    expect(client.check('build')).toMatchObject({ allowed: whenNothingSigned === 'allow', code: 'no-signed-word' });
  });
});

describe('a verdict', () => {
  it('is believed once, and not when it is replayed', async () => {
    const world = new World({ crypto: nodeCrypto });
    const { server } = world;
    const running = await world.ready(world.machine());
    const captured: string[] = [];
    server.behaviour = (asked) => {
      captured.push(server.verdict(asked, 'suspended'));
      return word(captured.at(-1) ?? '', 403);
    };
    await world.time.finish(running.client.refresh());
    expect(running.client.explain('build').causes.find(({ cause }) => cause === 'suspended')?.began).toBe(true);
    server.behaviour = (asked) => word(server.lease(asked));
    await world.time.finish(running.client.refresh());
    expect(running.client.explain('build').causes.find(({ cause }) => cause === 'suspended')?.began).toBe(false);
    server.behaviour = () => word(captured[0] ?? '', 403);
    await world.time.finish(running.client.refresh());
    expect(running.client.explain('build').causes.find(({ cause }) => cause === 'suspended')?.began).toBe(false);
    expect(running.client.health().counters['word.wrong-nonce']).toBe(1);
  });
});

describe('an unknown kid', () => {
  it('is looked up once, and believed if the roots vouch for it', async () => {
    const world = new World({ crypto: nodeCrypto });
    const running = await world.ready(world.machine());
    expect(world.server.keySetsServed).toBe(1);
    world.issuer.rotate();
    await world.time.finish(running.client.refresh());
    expect(world.server.keySetsServed).toBe(2);
    expect(running.client.status).toBe('ready');
  });
});

describe('the loop', () => {
  it.each([
    ['401', 401],
    ['403', 403],
  ])('slows down on %s, and never stops', async (_, status) => {
    const world = new World({ crypto: nodeCrypto });
    const running = await world.ready(world.machine());
    const well = world.server.behaviour;
    world.server.behaviour = () => answer({}, status);
    await world.time.run(HOUR);
    const before = world.server.asked.length;
    await world.time.run(10 * HOUR);
    const asked = world.server.asked.length - before;
    expect(asked).toBeGreaterThan(35);
    expect(asked).toBeLessThan(90);
    expect(running.client.status).toBe('error');
    world.server.behaviour = well;
    await world.time.run(16 * MINUTE);
    expect(running.client.status).toBe('ready');
  });

  it('honours Retry-After, within bounds', async () => {
    const world = new World({ crypto: nodeCrypto });
    await world.ready(world.machine());
    world.server.behaviour = () => ({ ...answer({}, 429), retryAfter: '1800' });
    await world.time.run(24 * HOUR);
    expect(world.server.asked.length).toBeLessThan(52);
    const before = world.server.asked.length;
    world.server.behaviour = () => ({ ...answer({}, 503), retryAfter: '31536000' });
    await world.time.run(24 * HOUR);
    expect(world.server.asked.length - before).toBeGreaterThan(20);
  });

  it('asks the next server when one is gone', async () => {
    const world = new World({ crypto: nodeCrypto });
    const urls: string[] = [];
    const fetch: typeof world.server.fetch = (request) => {
      urls.push(new URL(request.url).host);
      return request.url.startsWith('http://a.test') ? Promise.reject(new Error('gone')) : world.server.fetch(request);
    };
    const { client } = await world.ready(world.machine(), { server: ['http://a.test', 'http://b.test/'] }, { fetch });
    expect(client.status).toBe('ready');
    await world.time.run(DAY_OF_RENEWALS);
    const toDead = urls.filter((host) => host === 'a.test').length;
    // Its breaker lets one attempt through in a while.
    expect(toDead).toBeGreaterThan(3);
    expect(client.health().counters.leases).toBeGreaterThan(45);
  });
});

const DAY_OF_RENEWALS = 24 * HOUR;
