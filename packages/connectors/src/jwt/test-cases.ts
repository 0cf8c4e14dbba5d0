/** Captures for the contract suite and the fuzzing: tokens alone and in what surrounds them. Nobody signed them. */
import type { ContractCase } from '../contract/test-contract.ts';

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const SIGNATURE = Buffer.from('no signature, only as long as one would be, give or take a letter').toString('base64url');
const token = (claims: object) => `${encoded({ alg: 'EdDSA', typ: 'JWT' })}.${encoded(claims)}.${SIGNATURE}`;

const license = token({ iss: 'https://vendor.example', product: 'Builder', seats: 25, features: ['cache', 'sso'], exp: 1_830_000_000 });

export const CASES: readonly ContractCase[] = [
  { name: 'a token', source: license, totals: { features: 3, issued: 25 }, secrets: [SIGNATURE] },
  { name: 'a token in JSON', source: JSON.stringify({ license }), totals: { features: 3, issued: 25 }, secrets: [SIGNATURE] },
  {
    name: 'a token over several lines',
    source: (license.match(/.{1,64}/g) ?? []).join('\n'),
    totals: { features: 3 },
    secrets: [SIGNATURE],
  },
  {
    name: 'a licence and a sign-in',
    source: `${license}\n${token({ sub: 'me', nonce: 'n' })}`,
    totals: { features: 3 },
    secrets: [SIGNATURE],
  },
  { name: 'a token that cannot be decoded', source: `${encoded({ alg: 'EdDSA' })}.e30x.${SIGNATURE}`, unparsed: 1, secrets: [SIGNATURE] },
  {
    name: 'Grafana',
    source: token({
      iss: 'https://grafana.com',
      prod: ['grafana-enterprise'],
      lexp: 1_830_000_000,
      exp: 1_840_000_000,
      included_users: 100,
    }),
    totals: { features: 1, issued: 100 },
  },
];

export const WORDS: readonly string[] = ['eyJ', 'e30', '.', encoded({ alg: 'none' }), encoded({ seats: 1e300, exp: -1 })];
