/**
 * The values of a policy as JSON Schema: names, texts, durations, shares, counts, rungs.
 *
 * Plain JSON Schema rather than TypeBox: this document is written for editors and readers, nothing takes a type from it.
 * It says less than `checkPolicy` (nothing between places), and never refuses what `checkPolicy` takes.
 */
import {
  COUNT_MAX,
  DURATION_PATTERN,
  GROUP_LENGTH_MAX,
  INHERITED_WORDS,
  LEAD_TIMES_PATTERN,
  NAME_LENGTH_MAX,
  NAME_PATTERN,
  RESERVED_WORDS,
  RUNGS_MAX,
  SEVERITIES,
  TEXT_LENGTH_MAX,
  WINDOW_PATTERN,
} from '@glidepath/core';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A mapping of known keys; mandatory ones end in `!`. */
export function mapping(description: string, keys: Readonly<Record<string, JsonSchema>>, more: JsonSchema = {}): JsonSchema {
  const entries = Object.entries(keys);
  const required = entries.flatMap(([key]) => (key.endsWith('!') ? [key.slice(0, -1)] : []));
  return {
    description,
    type: 'object',
    properties: Object.fromEntries(entries.map(([key, schema]) => [key.replace(/!$/, ''), schema])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
    ...more,
  };
}

/** A mapping whose keys the author chose. */
export function named(
  description: string,
  propertyNames: JsonSchema,
  item: JsonSchema,
  maxProperties: number,
  more: JsonSchema = {},
): JsonSchema {
  return { description, type: 'object', propertyNames, additionalProperties: item, maxProperties, ...more };
}

export function list(description: string, items: JsonSchema, maxItems: number, more: JsonSchema = {}): JsonSchema {
  return { description, type: 'array', items, maxItems, ...more };
}

/** A part by reference, with what it means here. */
export function part(name: keyof typeof PARTS, description: string, more: JsonSchema = {}): JsonSchema {
  return { $ref: `#/$defs/${name}`, description, ...more };
}

export function words(description: string, list: readonly string[], more: JsonSchema = {}): JsonSchema {
  return { description, enum: [...list], ...more };
}

export function count(description: string, minimum = 0, more: JsonSchema = {}): JsonSchema {
  return { description, type: 'integer', minimum, maximum: COUNT_MAX, ...more };
}

const rungOf = (description: string, at: JsonSchema): JsonSchema =>
  mapping(
    description,
    {
      'at!': at,
      tier: part('name', 'The tier that the path takes a license to; it never rises within a path, and falls by one tier at a time.'),
      notify: words('How loudly the owners are told when this rung is reached.', SEVERITIES),
    },
    { anyOf: [{ required: ['tier'] }, { required: ['notify'] }] },
  );

const FROM_ZERO = DURATION_PATTERN.replace('-?', '');
const ABOVE_ZERO = FROM_ZERO.replace('0|', '');

export const PARTS = {
  name: {
    description: `Lower-case letters and digits with single dashes between, beginning with a letter, at most ${NAME_LENGTH_MAX} characters.`,
    type: 'string',
    pattern: NAME_PATTERN,
    maxLength: NAME_LENGTH_MAX,
    not: { enum: [...INHERITED_WORDS] },
  },
  ownName: {
    description: 'A name that a decision can say: the words of `given`, `expect` and of decisions are taken.',
    type: 'string',
    pattern: NAME_PATTERN,
    maxLength: NAME_LENGTH_MAX,
    not: { enum: [...RESERVED_WORDS, ...INHERITED_WORDS] },
  },
  group: { description: 'A group of people, as their directory calls it.', type: 'string', minLength: 1, maxLength: GROUP_LENGTH_MAX },
  text: { description: 'Printable text.', type: 'string', pattern: '\\S', maxLength: TEXT_LENGTH_MAX },
  moment: {
    description: 'A duration since the path began: a whole number and one of s, m, h, d, w, y. A year is 365 days; a month is no duration.',
    type: 'string',
    pattern: FROM_ZERO,
    examples: ['0h', '24h', '14d'],
  },
  length: {
    description: 'A duration above zero: a whole number and one of s, m, h, d, w, y. A year is 365 days; a month is no duration.',
    type: 'string',
    pattern: ABOVE_ZERO,
    examples: ['90s', '15m', '72h', '14d', '8w', '1y'],
  },
  share: {
    description: 'A whole percentage of a limit; it may be above 100%.',
    type: 'string',
    pattern: '^(0|[1-9][0-9]{0,2}|1000)%$',
    examples: ['80%', '120%'],
  },
  part: { description: 'A whole percentage from 0% to 100%.', type: 'string', pattern: '^(0|[1-9][0-9]?|100)%$', examples: ['2%', '20%'] },
  window: {
    description: 'Days, hours and an IANA time zone. One that ends before it begins lasts into the next day.',
    type: 'string',
    pattern: WINDOW_PATTERN,
    examples: ['Mon-Thu 09:00-16:00 Europe/Berlin', 'Sat 20:00-24:00 UTC'],
  },
  expiryRung: rungOf('A step of the expiry path.', {
    description:
      'When, measured from `expiresAt`: negative is before. `2x leadTime` counts back from the end of a held license, and only notifies.',
    type: 'string',
    anyOf: [{ pattern: DURATION_PATTERN }, { pattern: LEAD_TIMES_PATTERN }],
    examples: ['-30d', '14d', '2x leadTime'],
  }),
  rung: rungOf('A step of a path.', {
    $ref: '#/$defs/moment',
    description: 'How long after the path began; `at` itself counts as reached.',
  }),
  quotaRung: rungOf('A step by use.', { $ref: '#/$defs/share', description: 'Reached when this share of the quota is used.' }),
  seatsRung: mapping('A step by seats in use. It only notifies: what a full license gives is `whenFull`.', {
    'at!': { $ref: '#/$defs/share', description: 'Reached when this share of the seats is in use.' },
    'notify!': words('How loudly the owners are told when this rung is reached.', SEVERITIES),
  }),
} as const satisfies Readonly<Record<string, JsonSchema>>;

export function rungs(description: string, rung: 'expiryRung' | 'rung' | 'quotaRung' | 'seatsRung', more: JsonSchema = {}): JsonSchema {
  return list(`${description} \`at\` ascends strictly; tiers never rise.`, { $ref: `#/$defs/${rung}` }, RUNGS_MAX, more);
}
