/** Everything about leases. */
import type { Command, Job } from '../../command.ts';
import { acquireLease } from './acquire.ts';
import { leaseBatch } from './batch.ts';
import { bootstrapLease } from './bootstrap-lease.ts';
import { listLeases } from './list.ts';
import { reapLeases } from './reap.ts';
import { releaseLease } from './release.ts';
import { readmitLeaseHolder, releaseLeaseHolder, removeLeaseHolder } from './remove-holder.ts';
import { renewLease } from './renew.ts';
import { showLease } from './show.ts';

export const LEASE_COMMANDS: readonly Command[] = [
  acquireLease,
  renewLease,
  releaseLease,
  leaseBatch,
  listLeases,
  showLease,
  removeLeaseHolder,
  readmitLeaseHolder,
  releaseLeaseHolder,
  bootstrapLease,
];

export const LEASE_JOBS: readonly Job[] = [reapLeases];
