import type { Connector } from '@glidepath/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consulConnector } from '../consul/consul-connector.ts';
import { CASES as CONSUL } from '../consul/test-cases.ts';
import { bytesOf, type ContractCase, contextOf } from '../contract/test-contract.ts';
import { malformed } from '../contract/test-snapshot-rules.ts';
import { elasticsearchConnector } from '../elasticsearch/elasticsearch-connector.ts';
import { CASES as ELASTICSEARCH } from '../elasticsearch/test-cases.ts';
import { githubEnterpriseConnector } from '../github-enterprise/github-enterprise-connector.ts';
import { CASES as GITHUB } from '../github-enterprise/test-cases.ts';
import { gitlabConnector } from '../gitlab/gitlab-connector.ts';
import { CASES as GITLAB } from '../gitlab/test-cases.ts';
import { jetbrainsConnector } from '../jetbrains/jetbrains-connector.ts';
import { CASES as JETBRAINS } from '../jetbrains/test-cases.ts';
import { jsonConnector } from '../json/json-connector.ts';
import { CASES as JSON_CASES } from '../json/test-cases.ts';
import { nomadConnector } from '../nomad/nomad-connector.ts';
import { CASES as NOMAD } from '../nomad/test-cases.ts';
import { splunkConnector } from '../splunk/splunk-connector.ts';
import { CASES as SPLUNK } from '../splunk/test-cases.ts';
import { CASES as VAULT } from '../vault/test-cases.ts';
import { vaultConnector } from '../vault/vault-connector.ts';

/** What a field may turn into: bytes that are edited seldom stay JSON, so that here the tree is edited. */
const HOSTILE: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e21,
    1e308,
    -0,
    2 ** 53,
    8.64e15 + 1,
    253_370_764_800_000,
    '',
    '12',
    '1e3',
    'NaN',
    'MAX',
    'unlimited',
  ],
  ...[
    '=cmd()',
    '<script>',
    '\u001b[2J',
    '2027-02-30',
    '0000-00-00',
    '9999-12-31T23:59:59Z',
    '+275760-09-13',
    'permanent',
    'x'.repeat(5_000),
  ],
  ...[[], {}, [[]], [null], { length: 3 }, JSON.parse('{"__proto__":{"seats":7},"constructor":1}')],
];

interface Edit {
  readonly at: number;
  readonly value: number;
  readonly act: number;
}

function edited(tree: unknown, edits: readonly Edit[]): unknown {
  const root = { root: structuredClone(tree) } as Record<string, unknown>;
  for (const { at, value, act } of edits) {
    const places = placesIn(root);
    const place = places[at % places.length];
    if (!place) continue;
    const [holder, key] = place;
    if (act === 0) delete (holder as Record<string, unknown>)[key];
    else if (act === 1) (holder as Record<string, unknown>)[key] = structuredClone(places[value % places.length]?.[0]) ?? null;
    else (holder as Record<string, unknown>)[key] = structuredClone(HOSTILE[value % HOSTILE.length]);
  }
  return root.root;
}

function placesIn(value: unknown, found: [object, string][] = []): [object, string][] {
  if (typeof value !== 'object' || value === null || found.length > 300) return found;
  for (const key of Object.keys(value)) {
    found.push([value, key]);
    placesIn((value as Record<string, unknown>)[key], found);
  }
  return found;
}

function numbersIn(value: unknown, found = new Set<number>()): Set<number> {
  if (typeof value === 'number') found.add(value);
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) numbersIn(one, found);
  return found;
}

const edits = fc.array(fc.record({ at: fc.nat(0xffff), value: fc.nat(0xffff), act: fc.nat(6) }), { minLength: 1, maxLength: 5 });

describe('answers in JSON of any shape', () => {
  it.each<[Connector, readonly ContractCase[], boolean]>([
    [vaultConnector, VAULT, true],
    [nomadConnector, NOMAD, true],
    [consulConnector, CONSUL, true],
    [elasticsearchConnector, ELASTICSEARCH, true],
    [gitlabConnector, GITLAB, true],
    [githubEnterpriseConnector, GITHUB, true],
    // Its issued is a sum.
    [jetbrainsConnector, JETBRAINS, false],
    [splunkConnector, SPLUNK, true],
    [jsonConnector, JSON_CASES, true],
  ])('$kind invents no number', async (connector, cases, isVerbatim) => {
    const trees = cases.flatMap(({ source }) =>
      typeof source === 'string' && source.startsWith('{') ? [JSON.parse(source) as unknown] : [],
    );
    expect(trees.length).toBeGreaterThan(0);
    const survives = fc.asyncProperty(fc.nat(trees.length - 1), edits, async (index, changes) => {
      const tree = edited(trees[index], changes);
      const snapshot = await connector.read(bytesOf(JSON.stringify(tree) ?? ''), contextOf({}));
      expect(malformed(snapshot)).toEqual([]);
      const numbers = numbersIn(tree);
      for (const { issued, used, overage, denied } of isVerbatim ? snapshot.features : [])
        for (const count of [issued, used, overage, denied]) expect(count === null || numbers.has(count)).toBe(true);
    });
    await fc.assert(survives, { numRuns: 2_000 });
  });

  it('is read however deep it is', async () => {
    const deep = bytesOf(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
    for (const connector of [vaultConnector, splunkConnector, jsonConnector])
      expect((await connector.read(deep, contextOf({}))).features).toEqual([]);
  });
});
