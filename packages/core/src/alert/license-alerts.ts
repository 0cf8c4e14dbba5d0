/** The alerts of one license: its end, its contract, what is latent, what its nodes hold, whether its issuer answers. */
import { dateOf, durationWords } from '../format-instant.ts';
import { oneLine } from '../one-line.ts';
import type { Severity } from '../policy/policy.ts';
import type { RunwayItem } from '../runway/runway.ts';

import { after, DAY, type Instant } from '../time.ts';
import { aboutLicense } from './about-license.ts';
import type { Alert, LicenseAlertFacts } from './alert-facts.ts';
import { heldPath, type KnownLeadTime, leadTimeOf, stageReached } from './lead-time.ts';
import { licenseTitle, sentences, when } from './sentences.ts';
import { useAlerts } from './use-alerts.ts';

export function licenseAlerts(license: LicenseAlertFacts, now: Instant): readonly Alert[] {
  const lead = leadTimeOf(license.leadTime, license.policy);
  return [
    ...endAlert(license, lead, now),
    ...deadlineAlert(license, lead, now),
    ...latentAlert(license, lead, now),
    ...artefactAlert(license, lead, now),
    ...unreachableAlert(license, now),
    ...quarantineAlert(license, now),
    ...ownerlessAlert(license, now),
    ...useAlerts(license, lead, now),
  ];
}

/** What ends a license itself. Keys and leases are replaced by themselves, and have conditions of their own. */
const ENDING: readonly RunwayItem['cause'][] = ['end', 'certificate', 'token', 'trust-anchor'];

/**
 * Stages count from the expiry, not from the end of the grace: grace is for what goes wrong, not for planning. Past the grace
 * it has ended.
 */
function endAlert(license: LicenseAlertFacts, lead: KnownLeadTime, now: Instant): readonly Alert[] {
  const items = license.runway.items.filter(({ cause }) => ENDING.includes(cause));
  const ended = items.find(({ endsAt }) => endsAt <= now);
  if (ended) {
    const says = `${licenseTitle(license)} ended ${when(ended.endsAt, now)}. ${ended.evidence}`;
    return [
      aboutLicense(license, { condition: 'LicenseEnded', severity: 'critical', since: ended.endsAt, says, facts: factsOf(ended, lead) }),
    ];
  }
  const stages = heldPath(license.policy, lead.ms);
  const [worst] = items
    .flatMap((item) => {
      const stage = stageReached(stages, item.expiresAt ?? item.endsAt, now);
      return stage === null ? [] : [{ item, ...stage }];
    })
    .sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || a.item.endsAt - b.item.endsAt);
  if (!worst) return [];
  const { item, severity, since } = worst;
  const says = sentences(
    `${licenseTitle(license)} stops ${when(item.endsAt, now)}.`,
    item.evidence,
    license.kind === 'held' ? leadSentence(lead) : '',
  );
  return [aboutLicense(license, { condition: 'LicenseRunwayShort', severity, since, says, facts: factsOf(item, lead) })];
}

const SEVERITIES: readonly Severity[] = ['info', 'warning', 'critical'];

function factsOf(item: RunwayItem, lead: KnownLeadTime): Readonly<Record<string, unknown>> {
  return { cause: item.cause, endsAt: item.endsAt, expiresAt: item.expiresAt ?? null, leadTimeMs: lead.ms, leadTimeFrom: lead.from };
}

function leadSentence({ ms, from }: KnownLeadTime): string {
  if (from === 'default') return `Nobody has said how long its renewal takes; ${durationWords(ms)} are assumed.`;
  return `Its renewal takes ${durationWords(ms)}.`;
}

/** Twice the lead time before the deadline, at least four weeks; a warning within once, at least two weeks. */
function deadlineAlert(license: LicenseAlertFacts, lead: KnownLeadTime, now: Instant): readonly Alert[] {
  const { contract } = license;
  const deadline = contract?.noticeDeadlineAt ?? null;
  if (contract === null || deadline === null || contract.autoRenew === 'no' || now >= deadline) return [];
  const warnAt = after(deadline, -Math.max(14 * DAY, lead.ms));
  const infoAt = after(deadline, -Math.max(28 * DAY, 2 * lead.ms));
  if (now < infoAt) return [];
  const isWarning = now >= warnAt;
  const renews = contract.autoRenew === 'yes' ? 'renews itself' : 'may renew itself (the inventory does not say)';
  const until = contract.expiresAt === null ? '' : ` when it ends at ${dateOf(contract.expiresAt)}`;
  const says = `The contract of ${licenseTitle(license)} ${renews}${until}; notice can be given only until the deadline ${when(deadline, now)}.`;
  return [
    aboutLicense(license, {
      ...{ condition: 'LicenseNoticeDeadlineNear', severity: isWarning ? 'warning' : 'info', since: isWarning ? warnAt : infoAt, says },
      facts: { deadlineAt: deadline, autoRenew: contract.autoRenew },
    }),
  ];
}

/** A restart comes by itself, at night; an upgrade and a scale-out are somebody's decision. */
function latentAlert(license: LicenseAlertFacts, lead: KnownLeadTime, now: Instant): readonly Alert[] {
  const items = license.runway.items.filter(({ cause, endsAt }) => cause === 'latent' && endsAt <= now + lead.ms);
  const [first] = items;
  if (!first || license.runway.items.some(({ cause, endsAt }) => cause === 'end' && endsAt <= now)) return [];
  const begun = items.filter(({ endsAt }) => endsAt <= now);
  const severity = begun.some(({ act }) => act === 'restart') ? 'critical' : 'warning';
  const since = begun[0]?.endsAt ?? after(first.endsAt, -lead.ms);
  const runs = begun.length > 0 ? 'runs now, and would not survive what comes next' : 'will soon not survive a change';
  const says = sentences(`${licenseTitle(license)} ${runs}.`, ...items.slice(0, 3).map(({ evidence }) => evidence));
  const acts = [...new Set(items.map(({ act }) => act))];
  return [aboutLicense(license, { condition: 'LicenseLatent', severity, since, says, facts: { acts, from: first.endsAt } })];
}

/**
 * A node whose word is past half of its life while the license goes on was not renewed; past three quarters it is critical.
 * Where nobody knows when the word was made, the lead time stands for its life.
 */
function artefactAlert(license: LicenseAlertFacts, lead: KnownLeadTime, now: Instant): readonly Alert[] {
  const end = license.runway.items.find(({ cause }) => cause === 'end')?.endsAt ?? null;
  const stale = license.artefacts
    .filter(({ endsAt }) => end === null || endsAt < end - DAY)
    .flatMap((artefact) => {
      const life = artefact.madeAt === null ? 2 * lead.ms : artefact.endsAt - artefact.madeAt;
      const since = after(artefact.endsAt, -Math.round(life / 2));
      return since <= now ? [{ artefact, since, isCritical: artefact.endsAt - Math.round(life / 4) <= now }] : [];
    })
    .sort((a, b) => a.artefact.endsAt - b.artefact.endsAt);
  const [oldest] = stale;
  if (!oldest) return [];
  const { node, what, endsAt } = oldest.artefact;
  const others = stale.length === 1 ? '' : ` ${stale.length - 1} more hold old ones.`;
  const says = `The ${oneLine(what)} of ${licenseTitle(license)} that ${oneLine(node)} holds ends ${when(endsAt, now)}, while the license goes on.${others}`;
  const severity = stale.some(({ isCritical }) => isCritical) ? 'critical' : 'warning';
  const since = Math.min(...stale.map((each) => each.since)) as Instant;
  return [
    aboutLicense(license, {
      condition: 'LicenseArtefactStale',
      severity,
      since,
      says,
      facts: { node: oneLine(node), endsAt, nodes: stale.length },
    }),
  ];
}

/** It pages: somebody bought or was promised something that the store has forgotten. */
function quarantineAlert(license: LicenseAlertFacts, now: Instant): readonly Alert[] {
  const since = license.quarantinedAt;
  if (since === null) return [];
  const says = `${licenseTitle(license)} is in quarantine since ${when(since, now)}: a client has shown a later change of it than the restored backup has. Its holders go on; nobody new is let in.`;
  return [aboutLicense(license, { condition: 'LicenseQuarantined', severity: 'critical', since, says, facts: { quarantinedAt: since } })];
}

/** Staged by the policy's unreachable path; a rung that takes a tier is told with when it is reached. */
function unreachableAlert(license: LicenseAlertFacts, now: Instant): readonly Alert[] {
  const begunAt = license.unreachableSince;
  if (begunAt === null) return [];
  const rungs = license.policy.glidePath.timed.unreachable ?? [];
  const stages = rungs.flatMap(({ at, notify }) => (notify === undefined ? [] : [{ at, severity: notify }]));
  const stage = stageReached(risen(stages), begunAt, now);
  if (!stage) return [];
  const next = rungs.find(({ at, tier }) => tier !== undefined && begunAt + at > now);
  const then = next ? ` The first tier is taken ${when(after(begunAt, next.at), now)}.` : '';
  const says = `Nobody has had a signed word about ${licenseTitle(license)} since ${dateOf(begunAt)}. What runs keeps running.${then}`;
  return [aboutLicense(license, { condition: 'LicenseIssuerUnreachable', ...stage, says, facts: { unreachableSince: begunAt } })];
}

function risen(stages: readonly { readonly at: number; readonly severity: Severity }[]) {
  let highest = 0;
  return stages.map(({ at, severity }) => {
    highest = Math.max(highest, SEVERITIES.indexOf(severity));
    return { at, severity: SEVERITIES[highest] ?? severity };
  });
}

/** Without a team there is no standing to judge: nobody hears of it at all. */
function ownerlessAlert(license: LicenseAlertFacts, now: Instant): readonly Alert[] {
  if (license.ownerTeam !== null) return [];
  const says = `No team owns ${licenseTitle(license)}: whatever happens to it, nobody is told.`;
  return [aboutLicense(license, { condition: 'LicenseOwnersMissing', severity: 'critical', since: now, says })];
}
