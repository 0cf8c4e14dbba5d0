import { describe, expect, it } from 'vitest';
import { after, MINUTE, SECOND } from '../time.ts';
import type { ChangeAlertFacts } from './alert-facts.ts';
import { changeAlerts } from './change-alerts.ts';
import { inDays, NO_CHANGES, NOW, OWN, told } from './test-facts.ts';

const with_ = (changes: Partial<ChangeAlertFacts>) => told({ own: { ...OWN, changes: { ...NO_CHANGES, ...changes } } });
const rolledBack = {
  ...{ rollout: 'rlt_1', name: 'acme', candidate: 'sha256:b', baseline: 'sha256:a', at: inDays(-0.1), sentence: 'It took 9 %.' },
  ...{ trips: 1, retryAt: after(NOW, 10 * MINUTE) },
};
const tampered = { digest: 'sha256:a', name: 'acme', found: 'sha256:f', since: NOW };

describe('alerts about changes', () => {
  it('are none when nothing is wrong', () => {
    expect(with_({})).toEqual([]);
  });

  it('page for what was rolled back, with why and what comes next', () => {
    expect(with_({ rolledBack: [rolledBack] })).toEqual(['PolicyRolledBack critical']);
    const [alert] = changeAlerts({ ...NO_CHANGES, rolledBack: [rolledBack] }, NOW);
    expect(alert?.message).toMatch(/It took 9 %\. It is tried again on a hundredth at .*, in 10 minutes\./);
    const [last] = changeAlerts({ ...NO_CHANGES, rolledBack: [{ ...rolledBack, retryAt: null }] }, NOW);
    expect(last?.message).toContain('It is not tried again by itself.');
  });

  it('page for a policy that was changed in the database, or is gone', () => {
    expect(with_({ tampered: [tampered] })).toEqual(['PolicyTampered critical']);
    expect(changeAlerts({ ...NO_CHANGES, tampered: [{ ...tampered, found: null }] }, NOW)[0]?.message).toContain('is gone');
  });

  it('page for an unsealed tail from ten seconds on', () => {
    const unsealed = (ms: number) => ({ unsealed: { since: after(NOW, -ms) } });
    expect(with_(unsealed(10 * SECOND - 1))).toEqual([]);
    expect(with_(unsealed(10 * SECOND))).toEqual(['AuditUnsealed critical']);
  });

  it('tell of what waits for a second person', () => {
    const approval = { approval: 'apr_1', summary: 'suspend 40 licenses', askedAt: NOW, expiresAt: inDays(1) };
    expect(with_({ approvals: [approval] })).toEqual(['ApprovalWaiting warning']);
  });
});
