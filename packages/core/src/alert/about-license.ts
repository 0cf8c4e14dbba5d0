/** The form of every alert about one license: what is said, whom it hits, who owns it. */
import { oneLine } from '../one-line.ts';
import type { Severity } from '../policy/policy.ts';
import type { Instant } from '../time.ts';
import type { AlertConditionName } from './alert-conditions.ts';
import type { Alert, LicenseAlertFacts } from './alert-facts.ts';
import { alertFrom, hits, ownedBy, sentences } from './sentences.ts';

/** An alert about a license, with whom it hits and who owns it behind what is said. */
export function aboutLicense(
  license: LicenseAlertFacts,
  alert: {
    readonly condition: AlertConditionName;
    readonly severity: Severity;
    readonly since: Instant;
    readonly says: string;
    readonly facts?: Readonly<Record<string, unknown>>;
  },
): Alert {
  const { condition, severity, since, says, facts = {} } = alert;
  return alertFrom({
    ...{ condition, severity, since, license: license.id, ownerTeam: license.ownerTeam?.id ?? null },
    subject: license.id,
    name: license.name,
    message: sentences(says, hits(license), ownedBy(license.ownerTeam)),
    facts: { ...facts, product: oneLine(license.product) },
    words: { license: license.name, id: license.id },
  });
}
