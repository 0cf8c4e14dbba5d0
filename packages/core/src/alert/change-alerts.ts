/** Alerts about changes themselves: what the system took back, what was changed behind its back, what waits for somebody. */
import { durationWords } from '../format-instant.ts';
import { oneLine } from '../one-line.ts';
import { after, type Instant, SECOND } from '../time.ts';
import type { Alert, ChangeAlertFacts } from './alert-facts.ts';
import { alertFrom, sentences, when } from './sentences.ts';

/** Nobody's licenses in particular: every channel hears of it. */
const NOBODYS = { license: null, ownerTeam: null } as const;

/** An unsealed tail is normal for as long as the sealer's interval and a busy moment. */
export const UNSEALED_MS = 10 * SECOND;

export function changeAlerts({ rolledBack, tampered, unsealed, approvals }: ChangeAlertFacts, now: Instant): readonly Alert[] {
  return [
    ...rolledBack.map((rollout) => rolledBackAlert(rollout, now)),
    ...tampered.map(tamperedAlert),
    ...(unsealed === null ? [] : unsealedAlert(unsealed, now)),
    ...approvals.map((approval) => approvalAlert(approval, now)),
  ];
}

function rolledBackAlert(
  { rollout, name, candidate, baseline, at, sentence, trips, retryAt }: ChangeAlertFacts['rolledBack'][number],
  now: Instant,
): Alert {
  const again = retryAt === null ? 'It is not tried again by itself.' : `It is tried again on a hundredth ${when(retryAt, now)}.`;
  return alertFrom({
    ...NOBODYS,
    ...{ condition: 'PolicyRolledBack', severity: 'critical', subject: rollout, name, since: at, words: { rollout } },
    message: sentences(`A new version of the policy ${oneLine(name)} was rolled back: ${sentence}`, again),
    facts: { candidate, baseline, trips, retryAt },
  });
}

function tamperedAlert({ digest, name, found, since }: ChangeAlertFacts['tampered'][number]): Alert {
  const stored = found === null ? 'is gone' : 'is not what its digest names any more';
  return alertFrom({
    ...NOBODYS,
    ...{ condition: 'PolicyTampered', severity: 'critical', subject: digest, name, since, words: {} },
    message: `The stored policy ${oneLine(name)} ${digest} ${stored}. It is refused; the last good version stays in force. Somebody has changed the database past Glidepath.`,
    facts: { digest, found },
  });
}

function unsealedAlert({ since }: NonNullable<ChangeAlertFacts['unsealed']>, now: Instant): readonly Alert[] {
  if (now < after(since, UNSEALED_MS)) return [];
  return [
    alertFrom({
      ...NOBODYS,
      ...{ condition: 'AuditUnsealed', severity: 'critical', subject: 'glidepath/audit', name: 'audit log', since, words: {} },
      message: `The audit log has entries that are not sealed, the first for ${durationWords(now - since)}: until they are, they could be changed unseen.`,
      facts: {},
    }),
  ];
}

function approvalAlert({ approval, summary, askedAt, expiresAt }: ChangeAlertFacts['approvals'][number], now: Instant): Alert {
  return alertFrom({
    ...NOBODYS,
    ...{ condition: 'ApprovalWaiting', severity: 'warning', subject: approval, name: summary, since: askedAt, words: { approval } },
    message: sentences(`${oneLine(summary, 200)} waits for a second person.`, `Without one it is dropped ${when(expiresAt, now)}.`),
    facts: { expiresAt },
  });
}
