import { instant } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../node/node-crypto.ts';
import { at, ENTRIES, ENV, ISS, KEYS } from '../test-words.ts';
import { encodeBase64Url } from '../words/base64url.ts';
import { signWord, VERDICT_TYP } from '../words/compact.ts';
import { auditLeafHash, auditLeafText } from './log-entry.ts';
import { type LogHeadClaims, openLogHead, signLogHead } from './log-head.ts';

const context = { keys: { keys: ENTRIES }, crypto: nodeCrypto, env: ENV, iss: ISS };
const root = encodeBase64Url(nodeCrypto.sha256(new Uint8Array(0)));
const claims: LogHeadClaims = { iss: ISS, env: ENV, iatMs: at(0), size: 3, root, at: at(0), incarnation: 1 };

const signed = (changes: object = {}) => signLogHead({ ...claims, ...changes }, KEYS.active);
const reasonOf = (word: string, changes: object = {}) => {
  const opened = openLogHead(word, { ...context, ...changes });
  return opened.ok ? 'ok' : opened.reason;
};

describe('a head', () => {
  it('opens by the keys of its environment', () => {
    expect(openLogHead(signed(), context)).toEqual({ ok: true, value: claims });
  });

  it.each([
    ['unknown-key', signLogHead(claims, KEYS.root)],
    ['wrong-type', signWord(VERDICT_TYP, claims, KEYS.active)],
    ['wrong-issuer', signed({ iss: 'other' })],
    ['wrong-environment', signed({ env: 'other' })],
    ['malformed', signed({ size: -1 })],
    ['malformed', signed({ root: 'short' })],
    ['outside-key-window', signed({ iatMs: 0 })],
    ['not-a-word', 'head'],
  ])('is not believed: %s', (reason, word) => {
    expect(reasonOf(word)).toBe(reason);
  });

  it('of a condemned key is no evidence', () => {
    const keys = ENTRIES.map((entry) => ({ ...entry, status: 'compromised' as const }));
    expect(reasonOf(signed(), { keys: { keys } })).toBe('compromised-key');
  });

  it('with any one character changed is not believed', () => {
    const word = signed();
    for (let place = 0; place < word.length; place++) {
      const character = word[place] === 'A' ? 'B' : 'A';
      expect(reasonOf(`${word.slice(0, place)}${character}${word.slice(place + 1)}`)).not.toBe('ok');
    }
  });
});

describe('a leaf', () => {
  const entry = {
    id: 'aud_1',
    environment: null,
    at: instant(1_767_603_600_000),
    actor: 'prn_1',
    action: 'policy.published',
    subject: 'pol_1',
    facts: { name: 'acme', digest: 'sha256:00', ü: [1, 2.5, null] },
  };

  it('is canonical JSON: the same for whatever order its keys come in', () => {
    const { facts, ...rest } = entry;
    const turned = { facts: { ü: facts.ü, digest: facts.digest, name: facts.name }, ...rest };
    expect(auditLeafText(turned)).toBe(auditLeafText(entry));
    expect(auditLeafText(entry)).toBe(
      '{"action":"policy.published","actor":"prn_1","at":1767603600000,"environment":null,"facts":{"digest":"sha256:00","name":"acme","ü":[1,2.5,null]},"id":"aud_1","subject":"pol_1","v":1}',
    );
  });

  it('has a hash that each field is in', () => {
    const hashes = [
      entry,
      ...[
        { id: 'aud_2' },
        { environment: 'env_1' },
        { at: instant(1) },
        { actor: 'x' },
        { action: 'x' },
        { subject: 'x' },
        { facts: {} },
      ].map((change) => ({ ...entry, ...change })),
    ].map((one) => auditLeafHash(one, nodeCrypto));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
