/** Licenses as tables: what needs somebody first. */
import { durationWords, type Instant } from '@glidepath/core';
import type { Api } from '../api/client.ts';
import { type Safe, type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { day } from '../when.ts';
import type { LicenseAnswer, LicenseKeyAnswer, Named, TeamAnswer } from './views.ts';

/** Names of customers, products and teams by id; an id that is not among them is shown as it is. */
export type Names = ReadonlyMap<string, string>;

const NAMES_MAX = 2_000;

export async function readNames(api: Api): Promise<Names> {
  const [customers, products, teams] = await Promise.all([
    api.list<Named>('/v1/customers', {}, NAMES_MAX),
    api.list<Named>('/v1/products', {}, NAMES_MAX),
    api.list<TeamAnswer>('/v1/teams', {}, NAMES_MAX),
  ]);
  return new Map([...customers, ...products, ...teams].map(({ id, name }) => [id, name]));
}

const STATE_ORDER = ['revoked', 'suspended', 'expired', 'active', 'not-started'];

/** Revoked, suspended and expired first, then by how soon they end. */
export function worstFirst(licenses: readonly LicenseAnswer[]): readonly LicenseAnswer[] {
  const end = ({ expiresAt }: LicenseAnswer) => expiresAt ?? Number.POSITIVE_INFINITY;
  const rank = ({ state }: LicenseAnswer) => STATE_ORDER.indexOf(state);
  return licenses.toSorted((a, b) => rank(a) - rank(b) || (end(a) === end(b) ? 0 : end(a) - end(b)));
}

export function licenseTable(licenses: readonly LicenseAnswer[], names: Names, now: Instant, paint: Paint): readonly Safe[] {
  const rows = worstFirst(licenses).map((license): readonly Sayable[] => [
    stateWord(license, paint),
    endWords(license.expiresAt, now),
    license.id,
    names.get(license.customer) ?? license.customer,
    names.get(license.product) ?? license.product,
    license.plan,
    license.seats.granted + license.seats.overage,
  ]);
  return table([['STATE', 'ENDS', 'LICENSE', 'CUSTOMER', 'PRODUCT', 'PLAN', 'SEATS USED'].map((head) => paint.dim(head)), ...rows]);
}

function stateWord({ state }: LicenseAnswer, paint: Paint): Sayable {
  if (state === 'active') return paint.good(state);
  return state === 'not-started' ? state : paint.bad(state);
}

/** Since when, and what ends it. */
export function quarantineWords({ id, quarantinedAt }: Pick<LicenseAnswer, 'id' | 'quarantinedAt'>, paint: Paint): Sayable {
  const since = paint.bad(text`since ${day(quarantinedAt)}, nobody new is let in`);
  return text`${since}; do again what the restore forgot, then: glidepath license release-quarantine ${id} --reason TEXT`;
}

function endWords(expiresAt: number | null, now: Instant): string {
  if (expiresAt === null) return 'never';
  const distance = durationWords(expiresAt - now)
    .split(' ')
    .slice(0, 2)
    .join(' ');
  return `${day(expiresAt).slice(0, 10)} (${expiresAt < now ? `${distance} ago` : `in ${distance}`})`;
}

export function licenseFacts(
  license: LicenseAnswer,
  keys: readonly LicenseKeyAnswer[],
  names: Names,
  now: Instant,
  paint: Paint,
): readonly (readonly Sayable[])[] {
  const { seats, overrides } = license;
  const name = (id: string) => (names.has(id) ? text`${names.get(id)} (${id})` : id);
  const overriding = [
    ...(overrides.seats === undefined ? [] : [`seats ${overrides.seats}`]),
    ...Object.entries(overrides.quotas ?? {}).map(([meter, limit]) => `${meter} ${limit}`),
  ];
  return [
    ['license', paint.bold(license.id)],
    [
      'state',
      text`${stateWord(license, paint)} since ${day(license.statusAt)}${license.statusReason === null ? '' : text`: ${license.statusReason}`}`,
    ],
    ...(license.quarantinedAt === null ? [] : [['quarantine', quarantineWords(license, paint)] as const]),
    ['customer', name(license.customer)],
    ['product', name(license.product)],
    ['issuer', license.issuer],
    ['owner', license.ownerTeam === null ? 'unknown (not recorded)' : name(license.ownerTeam)],
    ['policy', text`${license.policyName}, ${license.policyMode === 'pin' ? 'pinned' : 'followed'}, ${license.policy}`],
    ['plan', overriding.length === 0 ? license.plan : `${license.plan}, but ${overriding.join(', ')}`],
    ['starts', day(license.startsAt)],
    ['ends', endWords(license.expiresAt, now)],
    [
      'seats used',
      seats.overage === 0 ? seats.granted : `${seats.granted} and ${seats.overage} in overage since ${day(seats.overageOpenedAt)}`,
    ],
    ...keys.map(({ hint, createdAt, expiresAt, revokedAt }, at): readonly Sayable[] => [
      at === 0 ? 'keys' : '',
      `${hint}… since ${day(createdAt)}${revokedAt === null ? '' : `, revoked ${day(revokedAt)}`}${expiresAt === null ? '' : `, ends ${day(expiresAt)}`}`,
    ]),
  ];
}
