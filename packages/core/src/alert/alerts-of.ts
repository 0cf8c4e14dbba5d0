/** All alerts that hold now, from what was gathered at one instant. Remembers nothing: what was told is `noticeChanges`'s. */
import type { Severity } from '../policy/policy.ts';
import type { Instant } from '../time.ts';
import type { Alert, AlertFacts } from './alert-facts.ts';
import { licenseAlerts } from './license-alerts.ts';
import { ownAlerts, teamAlerts } from './own-alerts.ts';
import { agentAlerts, probeAlerts } from './probe-alerts.ts';

/** Worst first, each key once. */
export function alertsOf(facts: AlertFacts, now: Instant): readonly Alert[] {
  const alerts = [
    ...facts.licenses.flatMap((license) => licenseAlerts(license, now)),
    ...facts.probes.flatMap((probe) => probeAlerts(probe, now)),
    ...facts.agents.flatMap((agent) => agentAlerts(agent, now)),
    ...facts.teams.flatMap((team) => teamAlerts(team, now)),
    ...(facts.own === null ? [] : ownAlerts(facts.own, now)),
  ];
  const byKey = new Map<string, Alert>();
  for (const alert of alerts) {
    const known = byKey.get(alert.key);
    if (!known || rankOf(alert) < rankOf(known)) byKey.set(alert.key, alert);
  }
  return [...byKey.values()].sort((a, b) => rankOf(a) - rankOf(b) || a.since - b.since || (a.key < b.key ? -1 : 1));
}

const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info'];

function rankOf({ severity }: Alert): number {
  return SEVERITIES.indexOf(severity);
}
