import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf } from '../contract/test-contract.ts';
import { flexlmConnector } from './flexlm-connector.ts';
import { CASES } from './test-cases.ts';

/** Real captures, which are not part of the repository; where they are missing, the captures written for the tests stand in. */
const FOLDER = fileURLToPath(new URL('../../../../../shared/samples/flexlm', import.meta.url));

const captures: readonly (readonly [name: string, source: Uint8Array])[] = [
  ...(existsSync(FOLDER) ? readdirSync(FOLDER).map((name) => [name, readFileSync(`${FOLDER}/${name}`)] as const) : []),
  ...CASES.filter(({ name }) => /features|reservations|blank lines|member|elided/.test(name)).map(
    ({ name, source }) => [`own: ${name}`, bytesOf(source)] as const,
  ),
].filter(([, source]) => Buffer.from(source).includes('Users of '));

const sumOfNumbers = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].reduce((sum, [, digits]) => sum + Number(digits), 0);

/** Counts by patterns over the whole text, which knows nothing of lines, blocks or sections. */
function countedFromText(text: string) {
  const held = [...text.matchAll(/, start .*/g)].map(([tail]) => tail);
  const amount = (tails: readonly string[]) => tails.reduce((sum, tail) => sum + Number(/, (\d+) licenses?/.exec(tail)?.[1] ?? 1), 0);
  return {
    features: [...text.matchAll(/^Users of /gm)].length,
    issued: sumOfNumbers(text, /Total of (\d+) licenses? (?:issued|available)/g),
    used: sumOfNumbers(text, /Total of (\d+) licenses? in use/g),
    reserved: sumOfNumbers(text, /(\d+) RESERVATION/g),
    queued: sumOfNumbers(text, /queued for (\d+) /g),
    held: amount(held),
    lingering: amount(held.filter((tail) => tail.includes('(linger:'))),
    dated: [...text.matchAll(/expiry: \d+-[a-z]{3}-[1-9]/g)].length > 0,
  };
}

describe('lmstat captures', () => {
  it.each(captures)('%s: totals are the file’s own, and every line was understood', async (_name, source) => {
    const { features, unparsedCount } = await flexlmConnector.read(source, contextOf({}));
    const sum = (count: 'issued' | 'used' | 'reserved' | 'queued' | 'lingering') =>
      features.reduce((total, feature) => total + (feature[count] ?? 0), 0);
    expect(unparsedCount).toBe(0);
    expect({
      ...{ features: features.length, issued: sum('issued'), used: sum('used'), reserved: sum('reserved'), queued: sum('queued') },
      held: features.reduce((total, { holders }) => holders.reduce((inner, { count }) => inner + count, total), 0),
      ...{ lingering: sum('lingering'), dated: features.some(({ ends }) => ends === 'dated') },
    }).toEqual(countedFromText(Buffer.from(source).toString()));
  });
});
