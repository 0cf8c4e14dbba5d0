import { DAY, type VerdictClaims } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../node/node-crypto.ts';
import { at, ENTRIES, ENV, ISS, KEYS, LICENSE, leaseClaims, NONCE, verdictClaims } from '../test-words.ts';
import { LEASE_TYP, signWord, VERDICT_TYP } from './compact.ts';
import type { WordContext } from './context.ts';
import type { WordReason } from './reasons.ts';
import { openVerdict } from './verdict.ts';

const context: WordContext = {
  keys: { keys: ENTRIES },
  crypto: nodeCrypto,
  env: ENV,
  iss: ISS,
  nonce: NONCE,
  license: LICENSE,
  holder: KEYS.installation.kid,
  after: { incarnation: 1, count: 3 },
};

function verdict(changes: Partial<VerdictClaims> = {}, key = KEYS.active): string {
  return signWord(VERDICT_TYP, verdictClaims(changes), key);
}

describe('open verdict', () => {
  it.each(['denied', 'queued', 'superseded', 'suspended', 'revoked', 'holder-removed'] as const)('believes %s', (kind) => {
    const opened = openVerdict(verdict({ verdict: kind }), context);
    expect(opened).toMatchObject({ ok: true, value: { verdict: kind } });
  });

  it.each<[WordReason, string, string]>([
    ['wrong-type', 'a lease', signWord(LEASE_TYP, leaseClaims(), KEYS.active)],
    ['unknown-key', 'a stranger', verdict({}, KEYS.stranger)],
    ['compromised-key', 'a compromised key, which could condemn every holder', verdict({ verdict: 'holder-removed' }, KEYS.compromised)],
    ['wrong-nonce', 'a replayed verdict', verdict({ nonce: 'the one before' })],
    ['wrong-license', 'another license', verdict({ license: 'lic_other' })],
    ['wrong-holder', 'another holder', verdict({ cnf: { jkt: KEYS.otherInstallation.kid } })],
    ['wrong-holder', 'a verdict bound to nobody', verdict({ cnf: undefined as never })],
    ['older-seq', 'an older seq', verdict({ seq: { incarnation: 1, count: 2 } })],
    ['outside-key-window', 'a time after the key', verdict({ iatMs: at(31 * DAY) })],
    ['wrong-environment', 'another environment', verdict({ env: 'staging' })],
    ['malformed', 'a verdict that is none', verdict({ verdict: 'maybe' as never })],
  ])('refuses as %s: %s', (reason, _what, word) => {
    expect(openVerdict(word, context)).toMatchObject({ ok: false, reason });
  });
});
