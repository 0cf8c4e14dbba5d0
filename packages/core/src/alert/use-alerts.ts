/** The alerts of how a license is used: seats, quotas, overage and refusals. */
import { isShareReached } from '../decision/shares.ts';
import { oneLine } from '../one-line.ts';
import type { Notify, Severity, ShareRung } from '../policy/policy.ts';
import type { RunwayItem } from '../runway/runway.ts';
import { after, HOUR, type Instant } from '../time.ts';
import { aboutLicense } from './about-license.ts';
import type { Alert, LicenseAlertFacts, UseAlertFacts } from './alert-facts.ts';
import { type KnownLeadTime, worse } from './lead-time.ts';
import { licenseTitle, sentences, when } from './sentences.ts';

/** Of several features of one license, one alert: the worst, with how many more. */
export function useAlerts(license: LicenseAlertFacts, lead: KnownLeadTime, now: Instant): readonly Alert[] {
  return [
    ...shortAlert(license, 'seats', lead, now),
    ...shortAlert(license, 'quota', lead, now),
    ...overageAlert(license, now),
    ...denialAlert(license),
  ];
}

const SEVERITIES: readonly Notify[] = ['none', 'info', 'warning', 'critical'];

/** Where a policy has no stages by share, what is full is all that there is to say; the forecast says the rest. */
const FULL_ONLY: readonly ShareRung[] = [{ percent: 100, notify: 'critical' }];

function shortAlert(license: LicenseAlertFacts, of: 'seats' | 'quota', lead: KnownLeadTime, now: Instant): readonly Alert[] {
  const { seats, quota } = license.policy.glidePath;
  const shares = license.uses
    .filter((use) => use.of === of && !isAlwaysFull(use))
    .flatMap((use) => {
      const rungs = of === 'seats' ? seats : (quota[use.name] ?? []);
      const severity = shareReached(use, rungs.length === 0 ? FULL_ONLY : rungs);
      return severity === 'none' ? [] : [{ severity, since: use.asOf, says: shareSentence(license, use) }];
    });
  const forecasts = license.runway.items.flatMap((item) => forecastOf(license, item, of, lead, now));
  const found = [...shares, ...forecasts].sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
  const [worst] = found;
  if (!worst) return [];
  const severity = worst.severity as Severity;
  const says = sentences(
    worst.says,
    ...forecasts
      .filter(({ says: other }) => other !== worst.says)
      .slice(0, 1)
      .map(({ says: other }) => other),
  );
  return [
    aboutLicense(license, {
      ...{ condition: of === 'seats' ? 'LicenseSeatsShort' : 'LicenseQuotaShort', severity, since: worst.since, says },
      facts: { endsAt: license.runway.items.find(({ cause }) => cause === of)?.endsAt ?? null },
    }),
  ];
}

function isAlwaysFull({ kind, limit }: UseAlertFacts): boolean {
  return kind === 'node-locked' || kind === 'uncounted' || limit === null || limit <= 1;
}

function shareReached({ used, limit }: UseAlertFacts, rungs: readonly ShareRung[]): Notify {
  if (used === null || limit === null) return 'none';
  return rungs.reduce<Notify>(
    (notify, rung) => (isShareReached(used, rung.percent, limit) ? worse(notify, rung.notify ?? 'none') : notify),
    'none',
  );
}

function shareSentence(license: LicenseAlertFacts, { of, name, used, limit }: UseAlertFacts): string {
  return `${licenseTitle(license)} has ${used} of ${limit} ${of === 'seats' ? 'seats' : 'units'} of ${oneLine(name)} in use.`;
}

interface Finding {
  readonly severity: Notify;
  readonly since: Instant;
  readonly says: string;
}

/** Buying takes the lead time: told at three of them and warned of at two. Critical is only what is used up. */
function forecastOf(
  license: LicenseAlertFacts,
  item: RunwayItem,
  of: 'seats' | 'quota',
  lead: KnownLeadTime,
  now: Instant,
): readonly Finding[] {
  if (item.cause !== of) return [];
  const says = `${licenseTitle(license)}: ${item.evidence}`;
  if (item.endsAt <= now) return [{ severity: 'critical', since: item.endsAt, says }];
  const warnAt = after(item.endsAt, -2 * lead.ms);
  const infoAt = after(item.endsAt, -3 * lead.ms);
  if (now >= warnAt) return [{ severity: 'warning', since: warnAt, says }];
  return now >= infoAt ? [{ severity: 'info', since: infoAt, says }] : [];
}

function overageAlert(license: LicenseAlertFacts, now: Instant): readonly Alert[] {
  const over = license.uses.filter(({ overage }) => overage !== null && overage > 0);
  const [first] = over.toSorted((a, b) => (a.overageClosesAt ?? Number.MAX_VALUE) - (b.overageClosesAt ?? Number.MAX_VALUE));
  if (!first) return [];
  const closesAt = first.overageClosesAt;
  const closes = closesAt === null ? '' : ` Overage closes ${when(closesAt, now)}.`;
  const says = `${licenseTitle(license)} has ${first.overage} more of ${oneLine(first.name)} in use than is licensed.${closes}`;
  const severity = closesAt !== null && closesAt <= now + 24 * HOUR ? 'critical' : 'warning';
  return [
    aboutLicense(license, { condition: 'LicenseOverage', severity, since: first.asOf, says, facts: { overage: first.overage, closesAt } }),
  ];
}

function denialAlert(license: LicenseAlertFacts): readonly Alert[] {
  const denied = license.uses.filter(({ deniedLately }) => deniedLately !== null && deniedLately > 0);
  const [most] = denied.toSorted((a, b) => (b.deniedLately ?? 0) - (a.deniedLately ?? 0));
  if (!most) return [];
  const total = denied.reduce((sum, { deniedLately }) => sum + (deniedLately ?? 0), 0);
  const says = `${licenseTitle(license)} refused ${total} request${total === 1 ? '' : 's'} in the last 24 hours, most of them for ${oneLine(most.name)}.`;
  return [
    aboutLicense(license, {
      condition: 'LicenseDenials',
      severity: 'warning',
      since: most.asOf,
      says,
      facts: { denied: total, feature: oneLine(most.name) },
    }),
  ];
}
