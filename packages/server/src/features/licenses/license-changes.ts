/** What happens to a license after it was issued: its status, its end, its terms. Core decides; each change raises `seq`. */
import {
  type ChangeContext,
  changeTerms,
  type Denial,
  type Instant,
  type License,
  type LicenseChange,
  type LicenseReason,
  type LicenseTerms,
  ok,
  parseDuration,
  planNamed,
  type Renewal,
  type Result,
  reinstate,
  releaseQuarantine,
  renew,
  revoke,
  type SeatState,
  type StatusChange,
  suspend,
  type TermsChange,
  type Write,
} from '@glidepath/core';
import type { ErrorCode } from '@glidepath/protocol';
import { ApprovalNeeded, QuarantineRequest, RenewRequest, StatusRequest, TermsRequest } from '@glidepath/protocol/http';
import type { Static } from 'typebox';
import { answer, type Command, type Context, defineCommand, type Outcome, type Refusal, refuse } from '../../command.ts';
import { findOwnLicense } from './held.ts';
import { pointedAt } from './issue-license.ts';
import { LicenseView, licenseView, readLicenseHouse } from './license-view.ts';
import { type Guarded, guardMassChange } from './mass-change.ts';

/** Who changes, when, and from which incarnation of the store. */
export async function changeContext({
  now,
  actor,
  store,
  newId,
}: Pick<Context, 'now' | 'actor' | 'store' | 'newId'>): Promise<ChangeContext> {
  const identity = await store.get('storeIdentity', 'store');
  return { now, by: actor.id, incarnation: identity?.incarnation ?? 0, nextId: () => newId('trm') };
}

/** What was asked is wrong in itself; the other reasons speak of the state that the license is in. */
const WRONG_INPUT: Partial<Record<LicenseReason, ErrorCode>> = {
  'plan-unknown': 'plan-unknown',
  'meter-unknown': 'bad-input',
  'plan-without-seats': 'bad-input',
  'limit-invalid': 'bad-input',
  'end-before-start': 'bad-input',
  'end-not-later': 'bad-input',
  'end-has-passed': 'bad-input',
  'reason-required': 'bad-input',
  'effective-too-late': 'bad-input',
  'effective-before-last-change': 'bad-input',
};

const FIELDS: Partial<Record<LicenseReason, string>> = {
  'meter-unknown': '/overrides/quotas',
  'plan-without-seats': '/overrides/seats',
  'limit-invalid': '/overrides',
  'end-before-start': '/expiresAt',
  'end-not-later': '/expiresAt',
  'end-has-passed': '/expiresAt',
  'reason-required': '/reason',
  'effective-too-late': '/effectiveAt',
  'effective-before-last-change': '/effectiveAt',
};

export function refusalOf(denial: Denial<LicenseReason>): Refusal {
  const code = WRONG_INPUT[denial.reason] ?? 'conflict';
  const facts = { reason: denial.reason, ...denial.facts };
  const path = FIELDS[denial.reason];
  if (path === undefined) return refuse(code, denial.message, { facts });
  return refuse(code, denial.message, { facts, errors: [{ path, found: foundIn(denial.facts), expected: denial.message }] });
}

function foundIn(facts: Denial['facts']): string {
  return Object.values(facts).map(String)[0] ?? 'what was sent';
}

/** A license as it is after a change of its own row, which fields of the row that means, and what is told of it. */
interface RowChange {
  readonly license: License;
  readonly set: Partial<License>;
  readonly action: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Gathers the license that the path names, and commits what was decided of it with the seats guarded. */
async function changeRow(
  context: Context,
  decide: (license: License, by: ChangeContext) => Result<RowChange, LicenseReason>,
  guard: (license: License) => Promise<Guarded | Outcome> = async () => ({ writes: [] }),
): Promise<Outcome> {
  const { store, environment, now, params } = context;
  const license = await findOwnLicense(store, environment.id, params.license ?? '');
  if ('code' in license) return license;
  const decided = decide(license, await changeContext(context));
  if (!decided.ok) return refusalOf(decided);
  const { license: changed, set, action, facts } = decided.value;
  const guarded = await guard(license);
  if ('kind' in guarded) return guarded;
  const { inForce, seats } = await readLicenseHouse(store, license, now);
  const write: Write = { op: 'update', table: 'license', id: license.id, revision: license.revision, set };
  const happened = [{ action, subject: license.id, facts }];
  return context.commit(
    { writes: [write, seatsGuard(seats), ...guarded.writes], happened },
    answer(200, licenseView(changed, inForce, seats, now)),
  );
}

type StatusDecision = (license: License, change: StatusChange, context: ChangeContext) => Result<License, LicenseReason>;

function statusCommand(verb: string, past: string, summary: string, decide: StatusDecision): Command {
  return defineCommand({
    name: `license.${verb}`,
    method: 'POST',
    path: `/v1/licenses/{license}/${verb}`,
    summary,
    auth: 'issuer',
    turnOn: 'license',
    body: StatusRequest,
    answers: { 200: LicenseView, 202: ApprovalNeeded },
    run: (context) => {
      const guard = past === 'reinstated' ? undefined : (license: License) => guardMassChange(context, license, verb);
      return changeRow(
        context,
        (license, by) => {
          const { reason, effectiveAt } = context.body;
          const decided = decide(license, { reason, ...(effectiveAt === undefined ? {} : { effectiveAt: effectiveAt as Instant }) }, by);
          if (!decided.ok) return decided;
          const { status, statusAt, statusReason, seq } = decided.value;
          const facts = { reason, effectiveAt: statusAt, from: license.status };
          return ok({ license: decided.value, set: { status, statusAt, statusReason, seq }, action: `license.${past}`, facts });
        },
        guard,
      );
    },
  });
}

const releaseLicenseQuarantine = defineCommand({
  name: 'license.release-quarantine',
  method: 'POST',
  path: '/v1/licenses/{license}/release-quarantine',
  summary: 'Ends the quarantine of a license, once what a restore had forgotten was done again: new holders are let in',
  auth: 'issuer',
  turnOn: 'license',
  body: QuarantineRequest,
  answers: { 200: LicenseView },
  run: (context) =>
    changeRow(context, (license, by) => {
      const { reason } = context.body;
      const decided = releaseQuarantine(license, { reason }, by);
      if (!decided.ok) return decided;
      const { quarantinedAt, seq } = decided.value;
      const facts = { reason, since: license.quarantinedAt, from: license.seq, seq };
      return ok({ license: decided.value, set: { quarantinedAt, seq }, action: 'license.quarantine-released', facts });
    }),
});

const renewLicense = defineCommand({
  name: 'license.renew',
  method: 'POST',
  path: '/v1/licenses/{license}/renew',
  summary: 'Moves the end of a license: to an instant, or by a term',
  auth: 'issuer',
  turnOn: 'license',
  body: RenewRequest,
  bodyOptional: true,
  answers: { 200: LicenseView },
  async run(context) {
    const {
      store,
      environment,
      now,
      params: { license: id = '' },
    } = context;
    const license = await findOwnLicense(store, environment.id, id);
    if ('code' in license) return license;
    const house = await readLicenseHouse(store, license, now);
    const renewal = await renewalOf(context, house.inForce);
    if ('code' in renewal) return renewal;
    return changed(context, license, renew(license, house.terms, renewal, await changeContext(context)), 'renewed');
  },
});

async function renewalOf({ body, policy }: Context<Static<typeof RenewRequest>>, inForce: LicenseTerms): Promise<Renewal | Refusal> {
  const { expiresAt, term } = body;
  if (expiresAt === null) return inputRefusal('/expiresAt', 'null', 'an instant: a license without an end is issued, not renewed');
  if (expiresAt !== undefined && term !== undefined) return inputRefusal('/term', term, 'either `expiresAt` or `term`');
  if (expiresAt !== undefined) return { expiresAt: expiresAt as Instant };
  if (term === undefined) {
    const rules = await policy(inForce.policy);
    return { termMs: (rules === null ? null : planNamed(rules.policy, inForce.plan))?.termMs ?? 0 };
  }
  const parsed = parseDuration(term);
  if (!parsed.ok || parsed.value <= 0) return inputRefusal('/term', term, 'a duration such as 1y or 90d');
  return { termMs: parsed.value };
}

function inputRefusal(path: string, found: string, expected: string): Refusal {
  return refuse('bad-input', `"${path}": found ${found}, expected ${expected}.`, { errors: [{ path, found, expected }] });
}

const changeLicenseTerms = defineCommand({
  name: 'license.terms',
  method: 'POST',
  path: '/v1/licenses/{license}/terms',
  summary: 'Changes plan or overrides, now or later; holders are lowered one tier a day at the most',
  auth: 'issuer',
  turnOn: 'license',
  body: TermsRequest,
  answers: { 200: LicenseView },
  async run(context) {
    const {
      store,
      environment,
      now,
      params: { license: id = '' },
      body,
    } = context;
    const license = await findOwnLicense(store, environment.id, id);
    if ('code' in license) return license;
    const digest = license.pinnedDigest ?? (await pointedAt(store, environment.id, license.policyName));
    const rules = digest === null ? null : await context.policy(digest);
    if (rules === null)
      return refuse('policy-not-published', `The policy "${license.policyName}" is not published in "${environment.name}".`);
    const { terms } = await readLicenseHouse(store, license, now);
    return changed(
      context,
      license,
      changeTerms(license, terms, body as TermsChange, rules, await changeContext(context)),
      'terms-changed',
    );
  },
});

/** Writes down what core decided: the raised `seq`, guarded by the license's revision, and the rows of terms. */
async function changed(
  context: Context<unknown>,
  license: License,
  decided: Result<LicenseChange, LicenseReason>,
  past: string,
): Promise<Outcome> {
  if (!decided.ok) return refusalOf(decided);
  const { store, now, commit } = context;
  const { license: next, appended } = decided.value;
  const house = await readLicenseHouse(store, license, now);
  const inForce = appended.findLast((row) => row.effectiveFrom <= now) ?? house.inForce;
  const writes: readonly Write[] = [
    { op: 'update', table: 'license', id: license.id, revision: license.revision, set: { seq: next.seq } },
    ...appended.map((row): Write => ({ op: 'insert', table: 'licenseTerms', row })),
    seatsGuard(house.seats),
  ];
  const facts = {
    terms: appended.map(({ effectiveFrom, plan, expiresAt, overrides, policy }) => ({ effectiveFrom, plan, expiresAt, overrides, policy })),
  };
  return commit(
    { writes, happened: [{ action: `license.${past}`, subject: license.id, facts }] },
    answer(200, licenseView(next, inForce, house.seats, now)),
  );
}

/** A seat that is being given by the license as it was before meets another revision of the counts, and is judged again. */
function seatsGuard({ id, revision }: SeatState): Write {
  return { op: 'update', table: 'seatState', id, revision, set: {} };
}

export const LICENSE_CHANGE_COMMANDS: readonly Command[] = [
  statusCommand('suspend', 'suspended', 'Suspends a license: its path begins, with the policy’s dwell', suspend),
  statusCommand('reinstate', 'reinstated', 'Makes a suspended or revoked license active again', reinstate),
  statusCommand('revoke', 'revoked', 'Revokes a license: its path begins, with the policy’s dwell', revoke),
  releaseLicenseQuarantine,
  renewLicense,
  changeLicenseTerms,
];
