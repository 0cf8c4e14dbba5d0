/** Whether a policy lacks a plan that a license has: putting it in force would leave that license without a rule. */
import { type Instant, type Policy, planNamed, type Store, termsInForce } from '@glidepath/core';
import { type Refusal, refuse } from '../../command.ts';
import { everyRecord } from '../lists.ts';

interface Following {
  readonly environment: string;
  readonly name: string;
  /** What they follow now. */
  readonly digest: string;
}

/**
 * Refuses a policy that lacks a plan which a following license has, now or to come; tiers need no such rule, they map by name.
 *
 * Only plans that the present version has are looked for, so that the usual promotion, which removes none, reads no
 * license. A license that is issued in the same moment keeps its terms: whoever meets it stays with the version they name.
 */
export async function refusePlanInUse(store: Store, current: Following, next: Policy, now: Instant): Promise<Refusal | null> {
  const [version] = await store.find('policyVersion', { digest: current.digest }, { limit: 1 });
  const plans = Object.keys((version?.tree as { spec?: { plans?: object } } | undefined)?.spec?.plans ?? {});
  for (const plan of plans.filter((name) => planNamed(next, name) === null)) {
    const license = await userOf(store, current, plan, now);
    if (license === null) continue;
    const detail = `Licenses use the plan "${plan}", which this policy does not have; the first is ${license}.`;
    return refuse('plan-in-use', detail, { facts: { plan, license } });
  }
  return null;
}

async function userOf(store: Store, current: Following, plan: string, now: Instant): Promise<string | null> {
  const seen = new Set<string>();
  for await (const { license } of everyRecord(store, 'licenseTerms', { plan })) {
    if (seen.has(license)) continue;
    seen.add(license);
    if (await isFollowing(store, license, current, plan, now)) return license;
  }
  return null;
}

async function isFollowing(store: Store, id: string, { environment, name }: Following, plan: string, now: Instant): Promise<boolean> {
  const license = await store.get('license', id);
  if (license?.environment !== environment || license.policyName !== name || license.policyMode !== 'follow') return false;
  const terms = await store.find('licenseTerms', { license: id }, { limit: 1_000 });
  return termsInForce(terms, now)?.plan === plan || terms.some((row) => row.effectiveFrom > now && row.plan === plan);
}
