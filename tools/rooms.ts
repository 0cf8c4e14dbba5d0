/**
 * The rooms of the repository and the arrows between them, as data. `tidy.test.ts` fails on any arrow that is not here;
 * docs/ARCHITECTURE.md shows the same table, and a test holds the two together.
 */

export interface Room {
  readonly name: string;
  readonly holds: string;
  /** Other rooms that it may import. */
  readonly rooms: readonly string[];
  /** Packages from npm that its shipped code may import. */
  readonly packages: readonly string[];
  /** Folders below `src` that may import `node:` modules; `*` for all, none for a room that also runs in browsers. */
  readonly node: readonly string[];
}

export const ROOMS: readonly Room[] = [
  {
    name: 'core',
    holds:
      'the pure domain: policy, decision, license, lease and seats, meters, runway, forecast, alert conditions; the ports (store, clock, connector, egress, …)',
    rooms: [],
    packages: [],
    node: [],
  },
  {
    name: 'protocol',
    holds: 'what crosses a wire: YAML with positions, canonical bytes and digest, schemas, error table, signed words, key set, OpenAPI',
    rooms: ['core'],
    packages: ['canonicalize', 'yaml', 'typebox'],
    node: ['node'],
  },
  { name: 'client', holds: 'the embedded client', rooms: ['core', 'protocol'], packages: [], node: ['node'] },
  {
    name: 'server',
    holds: 'features/<noun>/, the command layer, adapters (http, postgres, embedded, telemetry)',
    rooms: ['core', 'protocol'],
    packages: ['ajv', 'fastify', 'pg', 'pg-boss', 'pg-copy-streams', 'pino', 'prom-client', 'typebox'],
    node: ['*'],
  },
  {
    name: 'egress',
    holds: 'the only outbound connections of control plane and agents, with their refusals',
    rooms: ['core'],
    packages: [],
    node: ['*'],
  },
  {
    name: 'connectors',
    holds: "how other vendors' licences are read: one folder each, entering by core's ports; discovery",
    rooms: ['core', 'protocol', 'egress'],
    packages: ['jose', 'json-p3', 'node-forge'],
    node: ['*'],
  },
  {
    name: 'agent',
    holds: 'dials out to the control plane, runs connectors where they must run, buffers through an outage',
    rooms: ['core', 'protocol', 'connectors', 'egress'],
    packages: [],
    node: ['*'],
  },
  {
    name: 'testkit',
    holds: 'virtual time, seeded chance, the store contract, faults',
    rooms: ['core', 'protocol', 'client'],
    packages: ['vitest'],
    node: [],
  },
  {
    name: 'cli',
    holds: 'the `glidepath` command; wires everything',
    rooms: ['core', 'protocol', 'client', 'server', 'egress', 'connectors', 'agent'],
    packages: ['commander', 'csv-parse'],
    node: ['*'],
  },
];

/** The npm name of a room. */
export function packageOf(room: string): string {
  return room === 'cli' ? 'glidepath' : `@glidepath/${room}`;
}
