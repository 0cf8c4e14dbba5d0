/** The alerts of probes and agents: what is not seen, what is no longer there, and which servers are down. */
import { dateOf, durationWords } from '../format-instant.ts';
import { oneLine } from '../one-line.ts';
import type { Severity } from '../policy/policy.ts';
import { PROBE_FAILURES } from '../probe/probe-failures.ts';

import { after, DAY, HOUR, type Instant, MINUTE } from '../time.ts';
import type { AlertConditionName } from './alert-conditions.ts';
import type { AgentAlertFacts, Alert, ProbeAlertFacts, ReadingAlertFacts } from './alert-facts.ts';
import { alertFrom, listed, ownedBy, sentences, when } from './sentences.ts';

/** So many intervals without a sign are no longer a hiccup. */
export const SILENT_INTERVALS = 3;

export function probeAlerts(probe: ProbeAlertFacts, now: Instant): readonly Alert[] {
  return [...serverAlert(probe, now), ...vanishedAlert(probe, now), ...blindAlert(probe, now), ...unparsedAlert(probe)];
}

function aboutProbe(
  probe: ProbeAlertFacts,
  alert: {
    readonly condition: AlertConditionName;
    readonly severity: Severity;
    readonly since: Instant;
    readonly says: string;
    readonly facts: Readonly<Record<string, unknown>>;
  },
): Alert {
  const { says, ...rest } = alert;
  const watched = probe.licenses.length === 0 ? '' : `It watches ${listed(probe.licenses)}.`;
  return alertFrom({
    ...rest,
    ...{ subject: probe.id, name: probe.name, license: null, ownerTeam: probe.ownerTeam?.id ?? null },
    message: sentences(says, watched, ownedBy(probe.ownerTeam)),
    words: { probe: probe.name, kind: probe.kind },
  });
}

/** All of a probe's servers down is an outage; one of several, or one about which probers disagree, is a lost reserve. */
function serverAlert(probe: ProbeAlertFacts, now: Instant): readonly Alert[] {
  const down = probe.servers.filter(({ verdict }) => verdict.state === 'down');
  const disputed = probe.servers.filter(({ verdict }) => verdict.basis === 'disagreement');
  const [first] = [...down, ...disputed];
  if (!first) return [];
  const isAll = down.length === probe.servers.length;
  const names = [...down, ...disputed].map(({ name }) => name);
  const reason = first.verdict.reasons[0];
  const found = Math.min(now, ...first.verdict.down.map(({ at }) => at)) as Instant;
  const are = names.length === 1 ? 'is' : 'are';
  const says = sentences(
    isAll
      ? `License server ${listed(names)} ${are} down: nobody gets a license there. ${first.verdict.message}`
      : `License server ${listed(names)} ${are} ${down.length > 0 ? 'down' : 'in doubt'}, ${probe.servers.length - down.length} of ${probe.servers.length} still answer somebody. ${first.verdict.message}`,
    reason === undefined ? '' : `It says: ${oneLine(reason)}`,
  );
  const condition = isAll ? 'LicenseServerDown' : 'LicenseServerPartlyDown';
  const severity = isAll ? 'critical' : 'warning';
  return [
    aboutProbe(probe, {
      condition,
      severity,
      since: found,
      says,
      facts: { servers: names.map((name) => oneLine(name)), basis: first.verdict.basis },
    }),
  ];
}

function vanishedAlert(probe: ProbeAlertFacts, now: Instant): readonly Alert[] {
  const gone = probe.vanished.filter(({ isNameLeft }) => !isNameLeft);
  const listedFirst = [...gone, ...probe.vanished.filter(({ isNameLeft }) => isNameLeft)];
  const [first] = listedFirst;
  if (!first) return [];
  const names = listedFirst.map(({ feature }) => (feature.version === null ? feature.name : `${feature.name} ${feature.version}`));
  const replaced = gone.length === 0 ? ' Another version or pool of it is there.' : '';
  const says = `Probe ${oneLine(probe.name)} no longer finds ${listed(names)}, last seen ${when(first.lastSeenAt, now)}.${replaced}`;
  return [
    aboutProbe(probe, {
      ...{ condition: 'LicenseFeatureVanished', severity: gone.length > 0 ? 'critical' : 'warning', since: first.lastSeenAt, says },
      facts: { features: names.slice(0, 20).map((name) => oneLine(name)), count: names.length },
    }),
  ];
}

/** One agent that sees is enough; what one of several cannot see is in the probe's own list. */
function blindAlert(probe: ProbeAlertFacts, now: Instant): readonly Alert[] {
  const lastOk = probe.readings.reduce<Instant | null>(
    (best, { okAt }) => (okAt !== null && (best === null || okAt > best) ? okAt : best),
    null,
  );
  const seen = Math.max(lastOk ?? probe.appliedAt, lastOk === null ? probe.appliedAt : 0) as Instant;
  const since = after(seen, SILENT_INTERVALS * probe.everyMs);
  if (now < since) return [];
  const latest = probe.readings.toSorted((a, b) => b.at - a.at).find(({ failure }) => failure !== null);
  const last =
    lastOk === null
      ? 'It has never had a good reading.'
      : `The last good reading is of ${dateOf(lastOk)}, ${durationWords(now - lastOk)} ago.`;
  const says = sentences(`Probe ${oneLine(probe.name)} sees nothing.`, whyBlind(latest), last);
  const severity = now >= seen + Math.max(DAY, 2 * SILENT_INTERVALS * probe.everyMs) ? 'critical' : 'warning';
  return [
    aboutProbe(probe, { condition: 'LicenseProbeBlind', severity, since, says, facts: { okAt: lastOk, reason: latest?.failure ?? null } }),
  ];
}

function whyBlind(latest: ReadingAlertFacts | undefined): string {
  if (latest === undefined || latest.failure === null) return 'No agent reports on it.';
  const { sentence } = PROBE_FAILURES[latest.failure] ?? { sentence: oneLine(latest.failure) };
  return latest.message === null ? sentence : `${sentence} (${oneLine(latest.message, 200)})`;
}

function unparsedAlert(probe: ProbeAlertFacts): readonly Alert[] {
  const [worst] = probe.readings.filter(({ unparsed, okAt }) => unparsed > 0 && okAt !== null).toSorted((a, b) => b.unparsed - a.unparsed);
  if (!worst || worst.okAt === null) return [];
  const lines = worst.unparsed === 1 ? 'one line' : `${worst.unparsed} lines`;
  const says = `Probe ${oneLine(probe.name)} did not understand ${lines} of what ${oneLine(worst.agent)} read at ${dateOf(worst.okAt)}.`;
  return [
    aboutProbe(probe, {
      condition: 'LicenseProbeUnparsed',
      severity: 'warning',
      since: worst.okAt,
      says,
      facts: { unparsed: worst.unparsed },
    }),
  ];
}

/** No agent is silent before ten minutes: a restart of its machine is none of anybody's business. */
const SILENT_LEAST_MS = 10 * MINUTE;

export function agentAlerts(agent: AgentAlertFacts, now: Instant): readonly Alert[] {
  const seen = agent.seenAt ?? agent.createdAt;
  const since = after(seen, Math.max(SILENT_LEAST_MS, SILENT_INTERVALS * agent.everyMs));
  if (now < since) return [];
  const last = agent.seenAt === null ? 'has never called' : `last called ${when(agent.seenAt, now)}`;
  const unseen = agent.probes.length === 0 ? '' : `Only it runs ${listed(agent.probes)}: what they would see is unseen.`;
  return [
    alertFrom({
      ...{ condition: 'AgentSilent', subject: agent.id, name: agent.name, license: null, ownerTeam: null, since },
      severity: agent.probes.length > 0 && now >= seen + Math.max(HOUR, 2 * SILENT_INTERVALS * agent.everyMs) ? 'critical' : 'warning',
      message: sentences(`Agent ${oneLine(agent.name)} ${last}.`, unseen),
      facts: { seenAt: agent.seenAt, probes: agent.probes.length },
      words: { agent: agent.name },
    }),
  ];
}
