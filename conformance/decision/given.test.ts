import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decideGiven, type GivenAnswer, parseGiven, problemsOf, runPolicyTests } from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import { readPolicy } from '@glidepath/protocol/policy';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { policyNamed, vectors } from './vectors.ts';

interface AnswerRow {
  readonly name: string;
  readonly policy: string;
  readonly given: unknown;
  readonly answer: GivenAnswer;
}

interface MalformedRow {
  readonly name: string;
  readonly policy: string;
  readonly given: unknown;
  readonly problems: readonly { readonly word: string; readonly didYouMean: string | null }[];
}

const answers = vectors<{ rows: AnswerRow[] }>('given.json').rows;
const malformed = vectors<{ rows: MalformedRow[] }>('malformed-given.json').rows;

describe('the answer to a situation', () => {
  it.each(answers)('$name', ({ policy: name, given, answer }) => {
    const policy = policyNamed(name);
    const parsed = parseGiven(policy, given);
    expect(parsed).toMatchObject({ ok: true });
    if (!parsed.ok) return;
    const found = decideGiven(policy, parsed.value);
    expect(found).toEqual(answer);
    expect(Object.keys(found)).toEqual(Object.keys(answer));
  });

  it('has the form that its JSON Schema says', () => {
    const validate = new Ajv2020().compile(vectors('../schemas/given-answer.schema.json'));
    for (const { answer } of answers) expect(validate(answer), JSON.stringify(validate.errors)).toBe(true);
  });

  it('has a row for every cause that time, use and words can bring about', () => {
    const causes = new Set(answers.map(({ answer }) => answer.cause));
    expect([...causes].sort()).toEqual(
      ['clock', 'expiry', 'identity', 'none', 'quota', 'revoked', 'suspended', 'trust', 'unreachable'].sort(),
    );
    expect(answers.length).toBeGreaterThan(60);
  });
});

describe('a situation that cannot be read', () => {
  it.each(malformed)('$name', ({ policy: name, given, problems }) => {
    const parsed = parseGiven(policyNamed(name), given);
    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    expect(problemsOf(parsed).map(({ word, didYouMean }) => ({ word, didYouMean }))).toEqual(problems);
    for (const { message, expected } of problemsOf(parsed)) expect([message, expected]).not.toContain('');
  });
});

describe('the policies of the vectors', () => {
  it('hold the build server of the examples, word for word', () => {
    const source = readFileSync(join(import.meta.dirname, '../../examples/policies/build-server.yaml'), 'utf8');
    expect(readPolicy(source, nodeCrypto).document?.tree).toEqual(vectors('policies/build-server.json'));
  });

  it('pass their own tests', () => {
    const results = ['build-server', 'variants'].flatMap((name) => runPolicyTests(policyNamed(name)));
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect(results.length).toBeGreaterThan(0);
  });
});
