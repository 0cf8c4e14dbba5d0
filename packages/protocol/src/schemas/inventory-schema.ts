/**
 * The JSON Schema of inventory documents: reference for readers, completion for editors, first check for other languages.
 *
 * It says less than `checkInventory` (nothing between places, no zone looked up, no secret recognised), and never refuses
 * what that takes.
 */
import {
  API_VERSION,
  CHANNEL_KINDS,
  COST_MAX,
  COST_PERIODS,
  CURRENCY_PATTERN,
  CUSTODY_SCHEMES,
  DATE_PATTERN,
  INVENTORY_DEFAULTS,
  INVENTORY_ITEMS_MAX,
  type InventoryKind,
  LOCAL_SCHEMES,
  PROBE_KINDS,
  PROMISE_ITEMS_MAX,
  QUORUM_MAX,
  REFERENCE_LENGTH_MAX,
  SEVERITIES,
} from '@glidepath/core';
import { type JsonSchema, list, mapping, named, PARTS, part, words } from './policy-schema-parts.ts';

const NAME = { $ref: '#/$defs/name' };
const TEXT = { $ref: '#/$defs/text' };
const { hosts, people, watches, agents, teams, settings } = INVENTORY_ITEMS_MAX;

const names = (description: string, most: number) => list(description, NAME, most, { uniqueItems: true });
const texts = (description: string, most: number) => list(description, TEXT, most, { uniqueItems: true });

function reference(description: string, schemes: readonly string[], example: string): JsonSchema {
  const pattern = `^(${schemes.join('|')}):\\S`;
  return { description, type: 'string', pattern, maxLength: REFERENCE_LENGTH_MAX, examples: [example] };
}

const date = (description: string): JsonSchema => ({ $ref: '#/$defs/date', description });

const zone = (description: string): JsonSchema => ({
  description,
  type: 'string',
  default: INVENTORY_DEFAULTS.zone,
  examples: ['UTC', 'Europe/Berlin'],
});

const contract = mapping('What the contract says. What it does not say is left out, never guessed.', {
  id: part('text', 'The number of the contract. In quotes.'),
  expires: date('The last day on which the licence may be used.'),
  noticeBy: date('The last day on which it can be cancelled.'),
  terminates: date('The last day of running instances, where that is later than `expires`.'),
  autoRenew: { description: 'Whether it renews itself unless it is cancelled. Left out: unknown.', type: 'boolean' },
  cost: mapping('The price.', {
    'amount!': { description: 'How much.', type: 'number', minimum: 0, maximum: COST_MAX },
    'currency!': { description: 'A code of ISO 4217.', type: 'string', pattern: CURRENCY_PATTERN, examples: ['EUR'] },
    'per!': words('For how long.', COST_PERIODS),
  }),
  graceAllowed: part('moment', "The vendor's documented grace after the end."),
});

const watch = mapping('A feature that a probe sees and that this licence is about.', {
  'probe!': { ...NAME, description: 'The name of a Probe.' },
  feature: part('text', 'Left out: every feature of the probe.'),
  version: part('text', 'In quotes. Left out: every version.'),
  pool: part('text', 'Left out: every pool.'),
});

const heldLicense = mapping('A licence that somebody else issues.', {
  'product!': part('text', 'What it is for.'),
  'vendor!': part('text', 'Who issues it.'),
  contract,
  zone: zone("The IANA time zone in which the contract's days end."),
  leadTime: named(
    "How long each step of a renewal takes. Left out: the policy's own.",
    NAME,
    { $ref: '#/$defs/moment' },
    PROMISE_ITEMS_MAX.leadTimes,
  ),
  plan: { ...NAME, description: "Left out: the policy's only plan." },
  policy: { ...NAME, description: 'The policy by which its owners are told.', default: INVENTORY_DEFAULTS.policy },
  owners: mapping('Who is told. One person alone is an alert of its own.', {
    team: { ...NAME, description: 'The name of a team.' },
    people: texts('At least two people who can be reached.', people),
  }),
  key: reference('Where the key is kept; never the key.', CUSTODY_SCHEMES, 'file:/etc/flexlm/matlab.lic'),
  runsOn: texts('Hosts that it runs on.', hosts),
  dependents: texts('What stops with it.', hosts),
  foundIn: part('text', 'Where discovery found it.'),
  watch: list('What shows how it stands.', watch, watches, { uniqueItems: true }),
});

const probe = mapping('What agents look at.', {
  'kind!': words('What is looked at, and how.', PROBE_KINDS),
  every: part('length', 'How often: 10s to 31d. More often than the vendor bears, nothing is asked.', { default: '1h' }),
  zone: zone('The IANA time zone of the license server: a day ends there.'),
  agents: names('The agents that run it. Left out: every agent.', agents),
  quorum: {
    description: 'How many must say so before a server counts as down.',
    ...{ type: 'integer', minimum: 1, maximum: QUORUM_MAX, default: INVENTORY_DEFAULTS.quorum },
  },
  settings: {
    description: 'What this kind of probe is told. Credentials are named, never written here.',
    type: 'object',
    maxProperties: settings,
  },
});

const channel = mapping('Where notices go.', {
  'kind!': words('How a notice is sent.', CHANNEL_KINDS),
  'url!': reference('Where its address is kept; read by whoever applies this.', LOCAL_SCHEMES, 'env:SLACK_URL'),
  secret: reference('Where the secret that signs is kept.', LOCAL_SCHEMES, 'file:/etc/glidepath/hook'),
  least: words('Nothing less severe goes there.', SEVERITIES, { default: INVENTORY_DEFAULTS.least }),
  teams: names('Teams whose licences it hears of. Left out: all.', teams),
});

function document(kind: InventoryKind, spec: JsonSchema): JsonSchema {
  return mapping(`A document of the kind ${kind}.`, {
    'apiVersion!': { description: 'The version of this format; it pins what absent keys mean.', const: API_VERSION },
    'kind!': { description: 'The kind of document.', const: kind },
    'metadata!': mapping('What it is called.', { 'name!': { ...NAME, description: 'One document of a kind has a name.' } }),
    'spec!': spec,
  });
}

const { name, text, moment, length } = PARTS;

/** Published as `conformance/schemas/inventory.schema.json`. */
export const inventorySchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://glidepath.dev/schemas/v1/inventory.schema.json',
  title: 'Inventory',
  description: 'A document of an inventory: a licence that somebody else issues, a probe, or a channel.',
  type: 'object',
  oneOf: [document('HeldLicense', heldLicense), document('Probe', probe), document('Channel', channel)],
  $defs: {
    ...{ name, text, moment, length },
    date: {
      description: 'A day, which ends at midnight in the zone, or an instant in UTC.',
      type: 'string',
      pattern: DATE_PATTERN,
      examples: ['2027-03-31', '2027-03-31T12:00:00Z'],
    },
  },
};
