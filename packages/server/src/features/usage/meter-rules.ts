/** What of a license decides how its use is counted, and what it may be. */
import type { LicenseFacts, UsageRules } from '@glidepath/core';

export type MeterRules = Pick<LicenseFacts, 'license' | 'policy' | 'plan' | 'terms' | 'history'>;

/** What may be used of a meter in one window; null: the plan does not limit it. */
export function limitOf({ plan, terms }: MeterRules, meter: string): number | null {
  return terms.overrides.quotas?.[meter] ?? plan.quotas.find((quota) => quota.meter === meter)?.limit ?? null;
}

export function usageRules({ license, policy, terms }: MeterRules): UsageRules {
  return { license: license.id, policy, termStart: terms.startsAt };
}
