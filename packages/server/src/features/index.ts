/** All commands and jobs of the control plane; routes, OpenAPI and the tests over all commands come from these lists. */
import type { Command, Job } from '../command.ts';
import { PRINCIPAL_COMMANDS } from './access/principals.ts';
import { SIGN_IN_COMMANDS } from './access/sign-in.ts';
import { TOKEN_COMMANDS } from './access/tokens.ts';
import { AGENT_COMMANDS } from './agents/agent-commands.ts';
import { approvalCommands } from './approvals/approval-commands.ts';
import { AUDIT_COMMANDS } from './audit/audit-commands.ts';
import { CHANNEL_COMMANDS } from './channels/channel-commands.ts';
import { sendHeartbeats } from './channels/heartbeat-job.ts';
import { CHECK_COMMANDS } from './checks/check.ts';
import { CUSTOMER_COMMANDS } from './customers/customers.ts';
import { ENVIRONMENT_COMMANDS } from './environments/settings-commands.ts';
import { GRANT_COMMANDS } from './grants/grant-commands.ts';
import { forgetOld } from './health/cleaning-job.ts';
import { HEALTH_COMMANDS } from './health/health-commands.ts';
import { describeCommands } from './health/openapi-command.ts';
import { keepServiceBeat } from './health/service-beat.ts';
import { HINT_COMMANDS } from './hints/hint-commands.ts';
import { INVENTORY_COMMANDS } from './inventory/inventory-commands.ts';
import { KEY_COMMANDS } from './keys/key-commands.ts';
import { rotateKeys } from './keys/key-job.ts';
import { ROOT_COMMANDS } from './keys/root-commands.ts';
import { LEASE_COMMANDS, LEASE_JOBS } from './leases/index.ts';
import { LICENSE_COMMANDS } from './licenses/license-commands.ts';
import { deliverNotices } from './notices/deliver-job.ts';
import { DELIVERY_COMMANDS } from './notices/delivery-commands.ts';
import { forgetTold } from './notices/forget-job.ts';
import { NOTICE_COMMANDS } from './notices/notice-commands.ts';
import { watchNotices } from './notices/notices-job.ts';
import { OBSERVATION_COMMANDS, OBSERVATION_JOBS } from './observations/index.ts';
import { dispatchOutbox, OUTBOX_COMMANDS } from './outbox/outbox.ts';
import { OWNER_COMMANDS } from './owners/owner-commands.ts';
import { DIFFERENCE_COMMANDS } from './policies/difference-command.ts';
import { POLICY_COMMANDS } from './policies/policy-commands.ts';
import { AGENT_PROBE_COMMANDS } from './probes/agent-probes.ts';
import { forgetSeen } from './probes/forget-job.ts';
import { PROBE_COMMANDS } from './probes/probe-commands.ts';
import { REPORT_COMMANDS } from './probes/report.ts';
import { PRODUCT_COMMANDS } from './products/products.ts';
import { BREAKER_COMMANDS } from './rollouts/breaker-commands.ts';
import { judgeRollouts } from './rollouts/judge-job.ts';
import { ROLLOUT_COMMANDS } from './rollouts/rollout-commands.ts';
import { watchOurselves } from './runways/own-runways.ts';
import { RUNWAY_COMMANDS } from './runways/runway-commands.ts';
import { sweepRunways } from './runways/sweep-job.ts';
import { LOG_COMMANDS } from './transparency/log-commands.ts';
import { sealAudit } from './transparency/seal-job.ts';
import { USAGE_COMMANDS, USAGE_JOBS } from './usage/index.ts';

export const COMMANDS: readonly Command[] = [
  ...POLICY_COMMANDS,
  ...DIFFERENCE_COMMANDS,
  ...CUSTOMER_COMMANDS,
  ...PRODUCT_COMMANDS,
  ...LICENSE_COMMANDS,
  ...LEASE_COMMANDS,
  ...CHECK_COMMANDS,
  ...ENVIRONMENT_COMMANDS,
  ...approvalCommands(() => COMMANDS),
  ...ROLLOUT_COMMANDS,
  ...BREAKER_COMMANDS,
  ...OBSERVATION_COMMANDS,
  ...USAGE_COMMANDS,
  ...GRANT_COMMANDS,
  ...HINT_COMMANDS,
  ...KEY_COMMANDS,
  ...ROOT_COMMANDS,
  ...SIGN_IN_COMMANDS,
  ...TOKEN_COMMANDS,
  ...PRINCIPAL_COMMANDS,
  ...OWNER_COMMANDS,
  ...CHANNEL_COMMANDS,
  ...NOTICE_COMMANDS,
  ...DELIVERY_COMMANDS,
  ...INVENTORY_COMMANDS,
  ...RUNWAY_COMMANDS,
  ...AGENT_COMMANDS,
  ...AGENT_PROBE_COMMANDS,
  ...REPORT_COMMANDS,
  ...PROBE_COMMANDS,
  ...AUDIT_COMMANDS,
  ...LOG_COMMANDS,
  ...OUTBOX_COMMANDS,
  ...HEALTH_COMMANDS,
  describeCommands(() => COMMANDS),
];

export const JOBS: readonly Job[] = [
  keepServiceBeat,
  ...LEASE_JOBS,
  ...OBSERVATION_JOBS,
  judgeRollouts,
  rotateKeys,
  dispatchOutbox,
  sealAudit,
  forgetOld,
  ...USAGE_JOBS,
  forgetSeen,
  watchOurselves,
  sweepRunways,
  watchNotices,
  deliverNotices,
  forgetTold,
  sendHeartbeats,
];
