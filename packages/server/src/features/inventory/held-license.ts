/** A held license as records: the same license, terms and seats as one of our own, with what its contract says beside them. */
import {
  type HeldLicense,
  type HeldLicenseDocument,
  invariant,
  issue,
  type License,
  type LicenseTerms,
  type LicenseWatch,
  type Policy,
  type RunwayRecord,
  restate,
  type Store,
  startBefore,
  type Watch,
  type Write,
} from '@glidepath/core';
import { TERMS_MAX } from '../licenses/license-view.ts';
import type { WrittenHouse } from '../runways/held-runway.ts';
import type { Applying, Rules } from './applying.ts';
import type { PlannedOf } from './plan.ts';
import { type DocumentViolation, named, type ReadDocument } from './read-documents.ts';

export type PlannedLicense = PlannedOf<'HeldLicense'>;

/** What a license needs from the rest of the apply. */
export interface HeldParts {
  /** Id of the team that owns it. */
  readonly ownerTeam: string | null;
  /** The kind of the first probe that it watches: who issued it, as far as we can tell. */
  readonly issuer: string;
}

/** What is recorded of a license that is changed or removed. */
export interface KnownHouse {
  readonly license: License;
  readonly terms: readonly LicenseTerms[];
  readonly runway: RunwayRecord | null;
}

export async function knownHouse(store: Store, id: string): Promise<KnownHouse> {
  const [license, terms, runway] = await Promise.all([
    store.get('license', id),
    store.find('licenseTerms', { license: id }, { limit: TERMS_MAX }),
    store.get('runway', id),
  ]);
  invariant(license !== null, `held license ${id} has its license`);
  return { license, terms, runway };
}

/** Of a license that no probe watches. */
export const UNWATCHED_ISSUER = 'vendor';

export async function holdLicense(
  applying: Applying,
  next: ReadDocument<HeldLicenseDocument>,
  parts: HeldParts,
): Promise<WrittenHouse | null> {
  const { context, write, tell } = applying;
  const { document } = next;
  const ready = await rulesOf(applying, next);
  if (ready === null) return null;
  const { rules, plan } = ready;
  const product = await applying.product(document.product);
  const customer = await applying.ourselves();
  const { expiresAt } = document.contract;
  const decided = issue(
    {
      ...{ id: context.newId('lic'), environment: context.environment.id, product: product.id, customer: customer.id },
      ...{ issuer: parts.issuer, ownerTeam: parts.ownerTeam, policyName: rules.policy.name, policyMode: 'follow', pinnedDigest: null },
      ...{ plan, policy: rules.policy, digest: rules.digest, overrides: {}, startsAt: startBefore(context.now, expiresAt), expiresAt },
    },
    await applying.changing(),
  );
  invariant(decided.ok, 'a checked document makes a license');
  const { license, terms, seats } = decided.value;
  const held: HeldLicense = { id: license.id, environment: license.environment, ...fieldsOf(next), appliedAt: context.now, revision: 0 };
  write(
    { op: 'insert', table: 'license', row: license },
    { op: 'insert', table: 'licenseTerms', row: terms },
    { op: 'insert', table: 'seatState', row: seats },
    { op: 'insert', table: 'heldLicense', row: held },
    ...watchWrites(held, []),
  );
  const facts = { name: held.name, product: product.id, issuer: license.issuer, plan, policy: rules.digest, expiresAt };
  tell({ action: 'held-license.added', subject: license.id, facts });
  return { license, held, terms: [terms], product: product.title, before: null };
}

/** Changes what the document changed: the contract's end as new terms, the rest in place. */
export async function changeHeld(
  applying: Applying,
  { changes, now: current }: PlannedLicense,
  next: ReadDocument<HeldLicenseDocument>,
  parts: HeldParts,
  { license, terms, runway }: KnownHouse,
): Promise<WrittenHouse | null> {
  const { context, write, tell } = applying;
  invariant(current !== null, 'what is changed is there');
  const ready = await rulesOf(applying, next);
  if (ready === null) return null;
  const stated = { expiresAt: next.document.contract.expiresAt, plan: ready.plan };
  const decided = restate(license, terms, stated, ready.rules, await applying.changing());
  invariant(decided.ok, 'a checked document fits its policy');
  const product = await applying.product(next.document.product);
  const set = {
    ...{ product: product.id, issuer: parts.issuer, ownerTeam: parts.ownerTeam, policyName: ready.rules.policy.name },
    ...(decided.value === null ? {} : { seq: decided.value.license.seq }),
  };
  const held: HeldLicense = { ...current, ...fieldsOf(next), appliedAt: context.now };
  const appended = decided.value?.appended ?? [];
  const { id: _id, environment: _environment, revision: _revision, ...fields } = held;
  write(
    { op: 'update', table: 'license', id: license.id, revision: license.revision, set },
    { op: 'update', table: 'heldLicense', id: held.id, revision: current.revision, set: fields },
    ...appended.map((row): Write => ({ op: 'insert', table: 'licenseTerms', row })),
    ...watchWrites(held, current.watches),
  );
  const stages = appended.map(({ effectiveFrom, plan, expiresAt, policy }) => ({ effectiveFrom, plan, expiresAt, policy }));
  const facts = { name: held.name, changed: changes.map(({ field }) => field), terms: stages };
  tell({ action: 'held-license.changed', subject: license.id, facts });
  return { license: { ...license, ...set }, held, terms: [...terms, ...appended], product: product.title, before: runway };
}

/** Takes it out of the inventory. The license stays as it was recorded, revoked, so that what spoke of it still makes sense. */
export function dropHeld({ context, write, tell }: Applying, { now: held }: PlannedLicense, { license, runway }: KnownHouse): void {
  invariant(held !== null, 'what is removed is there');
  const set = { status: 'revoked' as const, statusAt: context.now, statusReason: 'Removed from the inventory.' };
  write(
    { op: 'update', table: 'license', id: license.id, revision: license.revision, set },
    { op: 'delete', table: 'heldLicense', id: held.id },
    ...probesOf(held.watches).map((probe): Write => ({ op: 'delete', table: 'licenseWatch', id: watchId(held.id, probe) })),
    ...(runway === null ? [] : [{ op: 'delete' as const, table: 'runway' as const, id: runway.id }]),
  );
  tell({ action: 'held-license.removed', subject: license.id, facts: { name: held.name } });
}

async function rulesOf(
  applying: Applying,
  { document, at }: ReadDocument<HeldLicenseDocument>,
): Promise<{ rules: Rules; plan: string } | null> {
  const rules = await applying.rules(document.policy);
  const refused = (violation: DocumentViolation): null => {
    applying.refuse(violation);
    return null;
  };
  if (rules === null) {
    const expected = 'the name of a policy that is published in this environment, or `held`';
    return refused(named(at, 'unknown-policy', ['spec', 'policy'], `\`${document.policy}\``, expected));
  }
  const known = rules.policy.plans.map(({ name }) => name);
  const plan = document.plan ?? onlyPlan(rules.policy);
  if (plan === null) return refused(named(at, 'plan-required', ['spec', 'plan'], 'absent', `one of ${known.join(', ')}`));
  if (!known.includes(plan)) return refused(named(at, 'unknown-plan', ['spec', 'plan'], `\`${plan}\``, `one of ${known.join(', ')}`));
  return { rules, plan };
}

function onlyPlan({ plans }: Policy): string | null {
  return plans.length === 1 ? (plans[0]?.name ?? null) : null;
}

function fieldsOf({
  document,
  tree,
}: ReadDocument<HeldLicenseDocument>): Omit<HeldLicense, 'id' | 'environment' | 'appliedAt' | 'revision'> {
  const { name, vendor, contract, leadTime, custody, runsOn, dependents, foundIn, watches } = document;
  const { id: contractId, noticeDeadlineAt, terminatesAt, autoRenew, cost, graceMs } = contract;
  return {
    ...{ name, vendor, contractId, noticeDeadlineAt, terminatesAt, autoRenew, cost, graceMs },
    ...{ leadTime, custody, runsOn, dependents, foundIn, watches, document: tree },
  };
}

/** The index of watches follows the watches. */
function watchWrites({ id, environment, watches }: HeldLicense, before: readonly Watch[]): readonly Write[] {
  const [was, is] = [probesOf(before), probesOf(watches)];
  const row = (probe: string): LicenseWatch => ({ id: watchId(id, probe), environment, license: id, probe });
  return [
    ...is.filter((probe) => !was.includes(probe)).map((probe): Write => ({ op: 'insert', table: 'licenseWatch', row: row(probe) })),
    ...was.filter((probe) => !is.includes(probe)).map((probe): Write => ({ op: 'delete', table: 'licenseWatch', id: watchId(id, probe) })),
  ];
}

function probesOf(watches: readonly Watch[]): readonly string[] {
  return [...new Set(watches.map(({ probe }) => probe))];
}

function watchId(license: string, probe: string): string {
  return `${license}/${probe}`;
}
