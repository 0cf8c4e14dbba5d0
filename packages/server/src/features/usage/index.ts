/** Usage: events that are counted, balances that they add up to, and use that is set aside. */
import type { Command, Job } from '../../command.ts';
import { showBalances } from './balances.ts';
import { forgetUsage } from './forget-usage.ts';
import { reportUsage } from './report.ts';
import { commitReservation, releaseReservation, reserveUsage } from './reservations.ts';

export const USAGE_COMMANDS: readonly Command[] = [reportUsage, showBalances, reserveUsage, commitReservation, releaseReservation];
export const USAGE_JOBS: readonly Job[] = [forgetUsage];
