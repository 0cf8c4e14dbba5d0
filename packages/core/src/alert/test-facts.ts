/** Facts for tests of alerts: one held license on which nothing is wrong, to be changed one thing at a time. */
import { checkPolicy } from '../policy/check-policy.ts';
import { HELD_POLICY_DOCUMENT } from '../policy/held.ts';
import { serverVerdict } from '../probe/server-verdict.ts';
import type { ServerState } from '../probe/snapshot.ts';
import type { Runway, RunwayItem } from '../runway/runway.ts';
import { after, DAY, HOUR, type Instant, instant, MINUTE } from '../time.ts';
import type {
  AgentAlertFacts,
  Alert,
  AlertFacts,
  LicenseAlertFacts,
  OwnAlertFacts,
  ProbeAlertFacts,
  UseAlertFacts,
} from './alert-facts.ts';
import { alertsOf } from './alerts-of.ts';

/** 2027-01-01. */
export const NOW = instant(20_819 * DAY);
export const inDays = (days: number): Instant => after(NOW, Math.round(days * DAY));
export const TEAM = { id: 'team_1', name: 'eda' };

const { policy } = checkPolicy(HELD_POLICY_DOCUMENT);
if (policy === null) throw new Error('the built-in policy keeps the publishing rules');
export const HELD = policy;

export function item(cause: RunwayItem['cause'], days: number, parts: Partial<RunwayItem> = {}): RunwayItem {
  return { cause, endsAt: inDays(days), interval: null, act: null, evidence: `Evidence of ${cause}.`, ...parts };
}

export function runway(...items: readonly RunwayItem[]): Runway {
  const [first] = items;
  return { state: first ? 'dated' : 'open', endsAt: first?.endsAt ?? null, cause: first?.cause ?? null, evidence: '', items };
}

export function license(parts: Partial<LicenseAlertFacts> = {}): LicenseAlertFacts {
  return {
    ...{ id: 'lic_1', name: 'matlab-campus', product: 'MATLAB', vendor: 'MathWorks', kind: 'held', ownerTeam: TEAM, policy: HELD },
    ...{ leadTime: [{ name: 'vendor', ms: 20 * DAY }], runway: runway(item('end', 300)), runsOn: [], dependents: [] },
    ...{ contract: null, unreachableSince: null, quarantinedAt: null, uses: [], artefacts: [] },
    ...parts,
  };
}

export function use(parts: Partial<UseAlertFacts> = {}): UseAlertFacts {
  return {
    ...{ of: 'seats', name: 'MATLAB', kind: 'floating', limit: 50, used: 10, asOf: inDays(-0.1) },
    ...{ overage: null, overageClosesAt: null, deniedLately: null },
    ...parts,
  };
}

export function probe(parts: Partial<ProbeAlertFacts> = {}): ProbeAlertFacts {
  const reading = { agent: 'lab-1', at: NOW, failure: null, message: null, okAt: NOW, unparsed: 0 };
  return {
    ...{ id: 'prb_1', name: 'lab', kind: 'flexlm', everyMs: HOUR, appliedAt: inDays(-30), ownerTeam: TEAM, licenses: ['matlab-campus'] },
    ...{ readings: [reading], servers: [], vanished: [] },
    ...parts,
  };
}

export function server(name: string, states: readonly ServerState[], quorum = 1): ProbeAlertFacts['servers'][number] {
  const witnesses = states.map((state, i) => ({
    prober: `p${i}`,
    at: inDays(-0.01),
    state,
    reason: state === 'down' ? 'no answer' : null,
  }));
  return { name, verdict: serverVerdict(witnesses, { quorum, now: NOW, freshMs: HOUR }) };
}

export function agent(parts: Partial<AgentAlertFacts> = {}): AgentAlertFacts {
  return { id: 'pri_1', name: 'lab-1', createdAt: inDays(-30), seenAt: NOW, everyMs: MINUTE, probes: ['lab'], ...parts };
}

export const NO_CHANGES: OwnAlertFacts['changes'] = { rolledBack: [], tampered: [], unsealed: null, approvals: [] };

export const OWN: OwnAlertFacts = {
  ...{ parts: [], disk: null, nextStart: null, jobs: [], changes: NO_CHANGES, restored: null, dead: [], heartbeats: [] },
};

export function alerts(facts: Partial<AlertFacts>, now: Instant = NOW): readonly Alert[] {
  return alertsOf({ licenses: [], probes: [], teams: [], agents: [], own: null, ...facts }, now);
}

/** Condition and severity of each. */
export function told(facts: Partial<AlertFacts>, now: Instant = NOW): readonly string[] {
  return alerts(facts, now).map(({ condition, severity }) => `${condition} ${severity}`);
}
