/** What is wrong, as data: `doctor` lists all of it, `/readyz` asks only for what makes this node unfit to answer. */
import type { Instant, Severity, Store } from '@glidepath/core';

export interface Finding {
  /** Stable word: `root-not-exported`, `clock-skewed`, … */
  readonly code: string;
  readonly severity: Severity;
  /** True: a load balancer should send requests elsewhere until it is mended. */
  readonly blocksReadiness: boolean;
  /** What it is about: an environment, a file, a setting. */
  readonly subject: string;
  readonly message: string;
  /** The command or act that mends it; null where there is none to name. */
  readonly mend: string | null;
}

/**
 * Looks at one part of the control plane. Adapters bring their own (database settings, file modes, clock skew); those that
 * look at records are in `features/health`. One that throws is itself a finding.
 */
export interface Examiner {
  readonly name: string;
  /** Asked by `/readyz` too: must be quick, and its findings say whether they block. */
  readonly forReadiness?: boolean;
  examine(now: Instant, store: Store): Promise<readonly Finding[]>;
}
