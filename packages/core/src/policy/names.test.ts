import { describe, expect, it } from 'vitest';
import { isName, RESERVED_WORDS } from './names.ts';
import { CAUSE_ORDER } from './policy.ts';

describe('isName', () => {
  it.each(['a', 'build', 'build-minutes', 'v2', 'a-1-b', 'x'.repeat(63)])('takes %s', (text) => {
    expect(isName(text)).toBe(true);
  });

  it.each([
    '',
    'Build',
    '3d',
    '-a',
    'a-',
    'a--b',
    'a_b',
    'a.b',
    'a b',
    'ä',
    'a\n',
    '__proto__',
    'hasOwnProperty',
    'x'.repeat(64),
    `a${'-b'.repeat(62)}`,
  ])('refuses %j', (text) => {
    expect(isName(text)).toBe(false);
  });
});

describe('RESERVED_WORDS', () => {
  it('has every key and value of given, expect and a decision', () => {
    const words = [
      'plan',
      'expiresIn',
      'usage',
      'code',
      'tier',
      'features',
      'seat',
      'inMs',
      'not-started',
      'queue',
      'allow',
      'holder-removed',
      'none',
    ];
    for (const word of [...words, ...CAUSE_ORDER]) expect(RESERVED_WORDS.has(word), word).toBe(true);
  });

  it('leaves the names that the design itself gives', () => {
    for (const word of ['build', 'sso', 'full', 'reduced', 'essential', 'team']) expect(RESERVED_WORDS.has(word), word).toBe(false);
  });
});
