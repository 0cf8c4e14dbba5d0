import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAgentFile } from './read-agent-file.ts';

const HEAD = 'apiVersion: glidepath.dev/v1\nkind: Agent\nmetadata: { name: lab-1 }\n';
const placesOf = (source: string) =>
  readAgentFile(source).violations.map(
    ({ line, column, code, didYouMean }) => `${line}:${column} ${code}${didYouMean ? ` → ${didYouMean}` : ''}`,
  );

describe("reading an agent's local file", () => {
  it('gives what it says', () => {
    const { file, violations } = readAgentFile(`${HEAD}spec:\n  server: https://a.example.com\n  folders: [/etc/pki]\n`);
    expect(violations).toEqual([]);
    expect(file).toMatchObject({ name: 'lab-1', server: 'https://a.example.com', folders: ['/etc/pki'] });
  });

  it.each([
    [
      'every violation where it stands',
      `${HEAD}spec:\n  folder: [/a]\n  commands:\n    lmstat: { argv: [lmutil] }\n`,
      ['5:3 unknown-key → folders', '7:22 malformed-text'],
    ],
    ['what is no YAML', `${HEAD}spec: [\n`, ['5:1 yaml-syntax']],
    ['a key that stands twice', `${HEAD}kind: Agent\n`, ['4:1 duplicate-key']],
    ['another kind of document', HEAD.replace('Agent', 'Probe'), ['2:7 unsupported-kind']],
    ['a second document', `${HEAD}---\n${HEAD}`, ['5:1 several-documents']],
    ['nothing', '', ['1:1 missing-key']],
  ])('says %s', (_, source, places) => {
    expect(readAgentFile(source).file).toBeNull();
    expect(placesOf(source)).toEqual(places);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readAgentFile(bytes)),
      { numRuns: 300 },
    );
  });
});
