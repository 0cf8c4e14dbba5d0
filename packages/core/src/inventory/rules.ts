/** What must hold between the parts of an inventory document, and what is accepted and worth a remark. */
import type { Remark, Violation } from '../policy/policy.ts';
import { describe } from '../policy/reading.ts';
import { valueViolation } from '../policy/violation.ts';
import { dateAt, formatDate } from './dates.ts';
import { type HeldLicenseDocument, INVENTORY_DEFAULTS } from './document.ts';
import type { WrittenChannel, WrittenHeldLicense, WrittenProbe } from './shape.ts';
import { INVENTORY_REMARKS, type InventoryRemarkCode } from './violation.ts';

/** A notice deadline lies before the end that it is about, and running instances outlive the contract, not the reverse. */
export function* datesOutOfOrder({ spec }: WrittenHeldLicense): Iterable<Violation> {
  const { expires, noticeBy, terminates, path = [] } = spec?.contract ?? {};
  if (!expires || (spec?.keys.has('zone') && spec.zone === undefined)) return;
  const zone = spec?.zone ?? INVENTORY_DEFAULTS.zone;
  const endsAt = dateAt(expires, zone);
  const end = formatDate(endsAt, zone);
  const noticeAt = noticeBy ? dateAt(noticeBy, zone) : null;
  const stopsAt = terminates ? dateAt(terminates, zone) : null;
  if (noticeAt !== null && noticeAt > endsAt)
    yield outOfOrder([...path, 'noticeBy'], 'notice cannot be given after the end', formatDate(noticeAt, zone), `${end} or earlier`);
  if (stopsAt !== null && stopsAt < endsAt)
    yield outOfOrder([...path, 'terminates'], 'nothing terminates before it expires', formatDate(stopsAt, zone), `${end} or later`);
}

function outOfOrder(path: Violation['path'], message: string, found: string, expected: string): Violation {
  return valueViolation('dates-out-of-order', path, message, found, expected);
}

export function* heldLicenseListsTwice({ spec }: WrittenHeldLicense): Iterable<Violation> {
  if (spec?.owners?.people) yield* twice(spec.owners.people, [...spec.owners.path, 'people']);
  if (spec?.runsOn) yield* twice(spec.runsOn, [...spec.path, 'runsOn']);
  if (spec?.dependents) yield* twice(spec.dependents, [...spec.path, 'dependents']);
  const watches = spec?.watch?.map((watch) => watch && JSON.stringify([watch.probe, watch.feature, watch.version, watch.pool]));
  if (spec && watches) yield* twice(watches, [...spec.path, 'watch'], 'a watch that stands above already');
}

export function* probeListsTwice({ spec }: WrittenProbe): Iterable<Violation> {
  if (spec?.agents) yield* twice(spec.agents, [...spec.path, 'agents']);
}

export function* channelListsTwice({ spec }: WrittenChannel): Iterable<Violation> {
  if (spec?.teams) yield* twice(spec.teams, [...spec.path, 'teams']);
}

/** A quorum of more agents than there are would never be reached, and a dead server never be called down. */
export function* quorumAboveAgents({ spec }: WrittenProbe): Iterable<Violation> {
  const { agents = [], quorum } = spec ?? {};
  if (spec && quorum !== undefined && agents.length > 0 && quorum > agents.length)
    yield valueViolation(
      'quorum-above-agents',
      [...spec.path, 'quorum'],
      'more agents must agree than run this probe',
      describe(quorum),
      `at most ${agents.length}`,
    );
}

function* twice(items: readonly (string | undefined)[], path: Violation['path'], found?: string): Iterable<Violation> {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (item === undefined) continue;
    if (seen.has(item))
      yield valueViolation('listed-twice', [...path, index], 'this is listed twice', found ?? describe(item), 'each once');
    seen.add(item);
  }
}

/** What the table and the alerts will show anyway, said when it can still be changed easily. */
export function* heldLicenseRemarks({ owners, contract, watches }: HeldLicenseDocument): Iterable<Remark> {
  if (owners.team === null && owners.people.length === 0) yield remark('owners-missing', ['spec', 'owners']);
  else if (owners.people.length === 1) yield remark('owner-alone', ['spec', 'owners', 'people']);
  if (contract.expiresAt === null && watches.length === 0) yield remark('end-unknown', ['spec']);
}

function remark(code: InventoryRemarkCode, path: Remark['path']): Remark {
  return { code, path, message: INVENTORY_REMARKS[code] };
}
