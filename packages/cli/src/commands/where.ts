/**
 * `glidepath where X`: whose it is, where its key is, who can read it, how it is renewed; for what others issue also what
 * depends on it and who last saw it.
 *
 * Says what is recorded, and `unknown (not recorded)` for the rest: at three in the night a gap that is named is worth more
 * than an empty field.
 */
import { formatDuration } from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import { readPolicy } from '@glidepath/protocol/policy';
import type { Api } from '../api/client.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Registrar } from '../registrar.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { day } from '../when.ts';
import { type Names, quarantineWords, readNames, worstFirst } from './license-view.ts';
import { type Asking, online } from './online.ts';
import type { LicenseAnswer, LicenseKeyAnswer, Named, TeamAnswer } from './views.ts';
import { heldBlocks, heldCalled, probeBlocks, probesCalled } from './where-held.ts';

export function registerWhere(registrar: Registrar): void {
  const where = registrar.program
    .command('where <what>')
    .description(
      'say whose a license is, where its key is, how it is renewed and who watches it; WHAT is a license, product, vendor, customer, probe or the beginning of a key',
    );
  online(registrar, where, find);
}

const UNKNOWN = 'unknown (not recorded)';
const SHOWN_MAX = 20;

interface Place {
  readonly license: string;
  readonly state: string;
  readonly quarantinedAt: number | null;
  readonly product: string;
  readonly customer: string;
  readonly owners: readonly string[] | null;
  readonly keys: readonly string[];
  readonly readers: readonly string[] | null;
  readonly renewal: string | null;
  readonly ends: number | null;
  readonly next: string;
}

async function find({ api, answer, paint, shell }: Asking<object>, what = ''): Promise<ExitCode> {
  const [held, probes] = await Promise.all([heldCalled(api, what), probesCalled(api, what)]);
  const isExact = probes.length > 0 || held.some(({ name, license }) => name === what || license === what);
  const licenses = isExact ? [] : await ownLicenses(api, what);
  if (held.length + probes.length + licenses.length === 0) {
    throw new Failure(EXIT.refused, `nothing recorded is called ${what}.`, {
      code: 'not-found',
      details: ['looked for: a license, its product, vendor or customer, a contract, a probe, the beginning of a license key'],
      next: 'glidepath status --all',
    });
  }
  const places = await placesOf(api, licenses.slice(0, SHOWN_MAX));
  const blocks = [
    ...(await heldBlocks(api, held.slice(0, SHOWN_MAX), shell.now(), paint)),
    ...probeBlocks(probes, shell.now(), paint),
    ...places.map((place) => table(rows(place, paint).map(([name, value]) => [paint.dim(name), value]))),
  ];
  const more = Math.max(0, held.length - SHOWN_MAX) + Math.max(0, licenses.length - SHOWN_MAX);
  const rest = more === 0 ? [] : [text`… and ${more} more: glidepath status --all`];
  return answer({ items: [...held, ...places], probes }, [...blocks.flatMap((block, at) => (at === 0 ? block : ['', ...block])), ...rest]);
}

/** Those that we sign: what others issue is told from the inventory. */
async function ownLicenses(api: Api, what: string): Promise<readonly LicenseAnswer[]> {
  const found = await licensesCalled(api, what, await readNames(api));
  return worstFirst(found.filter(({ issuer }) => issuer === 'self'));
}

async function placesOf(api: Api, licenses: readonly LicenseAnswer[]): Promise<readonly Place[]> {
  if (licenses.length === 0) return [];
  const [names, teams, principals] = await Promise.all([
    readNames(api),
    api.list<TeamAnswer>('/v1/teams', {}, 2_000),
    api.list<Named>('/v1/principals', {}, 2_000),
  ]);
  const people = new Map(principals.map(({ id, name }) => [id, name]));
  return Promise.all(licenses.map((license) => placeOf(api, license, names, teams, people)));
}

async function licensesCalled(api: Api, what: string, names: Names): Promise<readonly LicenseAnswer[]> {
  if (what.startsWith('lic_')) return [await api.get<LicenseAnswer>(`/v1/licenses/${encodeURIComponent(what)}`)];
  const all = await api.list<LicenseAnswer>('/v1/licenses', {}, 5_000);
  if (what.startsWith('glk_')) return withKey(api, all, what);
  return all.filter(({ product, customer }) => {
    const [productName, customerName] = [names.get(product), names.get(customer)];
    // As notices and runways name a license of ours.
    return [product, customer, productName, customerName, `${productName} for ${customerName}`].includes(what);
  });
}

/** Only the first characters of a key are kept; whole keys must not end up in a shell's history, so a beginning is enough. */
async function withKey(api: Api, licenses: readonly LicenseAnswer[], beginning: string): Promise<readonly LicenseAnswer[]> {
  const found: LicenseAnswer[] = [];
  for (const license of licenses) {
    const keys = await keysOf(api, license.id);
    if (keys.some(({ hint }) => beginning.startsWith(hint) || hint.startsWith(beginning))) found.push(license);
  }
  return found;
}

async function keysOf(api: Api, license: string): Promise<readonly LicenseKeyAnswer[]> {
  return (await api.get<{ items: readonly LicenseKeyAnswer[] }>(`/v1/licenses/${encodeURIComponent(license)}/keys`)).items;
}

async function placeOf(api: Api, license: LicenseAnswer, names: Names, teams: readonly TeamAnswer[], people: Names): Promise<Place> {
  const team = teams.find(({ id }) => id === license.ownerTeam);
  const keys = (await keysOf(api, license.id)).filter(({ revokedAt }) => revokedAt === null);
  return {
    license: license.id,
    state: license.state,
    quarantinedAt: license.quarantinedAt,
    product: names.get(license.product) ?? license.product,
    customer: names.get(license.customer) ?? license.customer,
    owners: team === undefined ? null : [team.name, ...(team.members ?? []).map((id) => people.get(id) ?? id)],
    keys: keys.map(({ hint, createdAt }) => `${hint}… since ${day(createdAt)}`),
    // Custody of license keys is not recorded before a target or a secret store is.
    readers: null,
    renewal: await renewalOf(api, license),
    ends: license.expiresAt,
    next: nextOf(license),
  };
}

/** A quarantine first: until it ends, nobody new gets a seat. */
function nextOf({ id, quarantinedAt, expiresAt }: LicenseAnswer): string {
  if (quarantinedAt !== null) return `glidepath license release-quarantine ${id} --reason TEXT`;
  return expiresAt === null ? `glidepath license show ${id}` : `glidepath license renew ${id}`;
}

async function renewalOf(api: Api, { policy }: LicenseAnswer): Promise<string | null> {
  const { source } = await api.get<{ source: string }>(`/v1/policies/${encodeURIComponent(policy)}`);
  const rule = readPolicy(source, nodeCrypto).policy?.renewal ?? null;
  if (rule === null || rule.startMs === null) return null;
  const lead = rule.leadTime.map(({ name, ms }) => `${name} ${formatDuration(ms)}`).join(', ');
  return `by hand, from ${formatDuration(rule.startMs)} before the end${lead === '' ? '' : `; lead time ${lead}`}`;
}

function rows(place: Place, paint: Paint): readonly (readonly [string, Sayable])[] {
  return [
    ['license', place.license],
    ['what', text`${place.product} for ${place.customer}, ${place.state}`],
    ...(place.quarantinedAt === null ? [] : [['quarantine', quarantineWords({ ...place, id: place.license }, paint)] as const]),
    ['owners', place.owners === null ? UNKNOWN : place.owners.join(', ')],
    ['key', place.keys.length === 0 ? UNKNOWN : place.keys.join('; ')],
    ['readers', place.readers === null ? UNKNOWN : place.readers.join(', ')],
    ['ends', day(place.ends)],
    ['renewed', place.renewal ?? UNKNOWN],
    ['next', place.next],
  ];
}
