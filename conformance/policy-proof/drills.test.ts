/** Every counterexample is a drill of the published form; and the form is strict enough to say what is none. */
import { readFileSync } from 'node:fs';
import { proveDocument } from '@glidepath/core';
import { readDrill, writeDrill } from '@glidepath/protocol/drill';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

interface Row {
  readonly name: string;
  readonly changes: readonly { readonly path: readonly (string | number)[]; readonly value?: unknown }[];
}

const { policy, rows } = read('vectors.json') as { policy: string; rows: readonly Row[] };
const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(read('../schemas/drill.schema.json') as object);
const flaws = (drill: unknown) =>
  validate(drill) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);

function broken({ changes }: Row): unknown {
  const tree = structuredClone(read(policy));
  for (const { path, ...change } of changes) {
    const last = path.at(-1) ?? '';
    let place = tree as Record<string | number, unknown>;
    for (const key of path.slice(0, -1)) place = place[key] as Record<string | number, unknown>;
    if ('value' in change) place[last] = change.value;
    else if (Array.isArray(place)) place.splice(Number(last), 1);
    else delete place[last];
  }
  return tree;
}

const whole = {
  apiVersion: 'glidepath.dev/v1',
  kind: 'Drill',
  metadata: { name: 'issuer-dark', title: 'Issuer dark for two weeks', source: 'https://example.com' },
  world: {
    start: '2025-05-01T00:00:00Z',
    policy: 'policies/desktop-suite.yaml',
    license: { plan: 'campus', expiresIn: '200d' },
    nodes: 20,
    until: '60d',
    owners: ['platform-team'],
    seed: 7,
  },
  events: [
    { at: '17d', issuer: 'down', for: '14d' },
    { at: '18d', clock: { step: '-3d' }, nodes: '10%' },
    { at: '19d', usage: { meter: 'build-minutes', add: 12.5 } },
  ],
  expect: [
    { always: 'solve' },
    { tier: 'full', from: '0d', to: '60d' },
    { alert: 'LicenseIssuerUnreachable', by: '18d' },
    { lossBy: 'never' },
    { notice: '30d', before: 'loss' },
  ],
};

describe('the form of drills', () => {
  it('takes what the design shows', () => {
    expect(flaws(whole)).toEqual([]);
  });

  it.each([
    ['an unknown key', { ...whole, owner: 'x' }],
    ['an unknown kind of fault', { ...whole, events: [{ at: '1d', comet: 'strikes' }] }],
    ['two faults in one event', { ...whole, events: [{ at: '1d', issuer: 'down', node: 'restart' }] }],
    ['an event without a time', { ...whole, events: [{ issuer: 'down' }] }],
    ['a month', { ...whole, events: [{ at: '1 month', issuer: 'down' }] }],
    ['no expectation at all', { ...whole, expect: [] }],
    ['an expectation of nothing', { ...whole, expect: [{ from: '1d' }] }],
    ['a start that is no instant', { ...whole, world: { ...whole.world, start: 'yesterday' } }],
  ])('refuses %s', (_what, drill) => {
    expect(flaws(drill)).not.toEqual([]);
  });

  it.each(rows.map((row) => [row.name, row] as const))('is that of the counterexample: %s', (_name, row) => {
    const violations = proveDocument(broken(row)).proof?.violations ?? [];
    for (const { rule, message, counterexample } of violations) {
      const { start, ...world } = counterexample.drill.world;
      const text = writeDrill({ ...counterexample.drill, name: rule, title: message, world: { start, policy: 'policy.yaml', ...world } });
      expect(flaws(parse(text)), text).toEqual([]);
      expect(readDrill(text).violations, text).toEqual([]);
    }
  });
});
