/** Tells what is used of each meter in the window of now, what is set aside, and what remains. */
import { type MeterRecord, meterKeys, type UsageReservation } from '@glidepath/core';
import { BalancesAnswer, UsageQuery } from '@glidepath/protocol/http';
import { answer, defineCommand } from '../../command.ts';
import { limitOf, type MeterRules } from './meter-rules.ts';
import { namedLicense } from './named-license.ts';
import { remainingOf, reservedOf } from './reserve.ts';

export const showBalances = defineCommand({
  name: 'usage.show',
  method: 'GET',
  path: '/v1/usage',
  summary: 'Shows what is used and what remains of each meter',
  auth: 'viewer',
  admitsLicenseKey: true,
  query: UsageQuery,
  answers: { 200: BalancesAnswer },
  async run(context) {
    const { store, now } = context;
    const rules = await namedLicense(context, context.query.license);
    if ('kind' in rules) return rules;
    const open = await store.openReservations(rules.license.id, now);
    const balances = await store.balances(meterKeys(rules, now), now);
    return answer(200, { items: balances.map((balance) => balanceView(balance, rules, open)) });
  },
});

function balanceView(balance: MeterRecord, rules: MeterRules, open: readonly UsageReservation[]): Record<string, unknown> {
  const { meter, aggregate, used, asOf, windowStart, windowEnd: resetsAt } = balance;
  const unit = rules.policy.meters.find(({ name }) => name === meter)?.unit ?? '';
  const reserved = reservedOf(open, meter);
  const limit = limitOf(rules, meter);
  const remaining = limit === null ? null : remainingOf(limit, used, reserved);
  return { meter, unit, aggregate, used, reserved, limit, remaining, asOf, windowStart, resetsAt };
}
