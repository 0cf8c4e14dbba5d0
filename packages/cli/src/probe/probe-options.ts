/** The words of `glidepath probe`, as they were typed. */
export interface ProbeOptions {
  readonly input?: string;
  readonly zone: string;
  readonly now?: string;
  readonly verifyWith?: string;
  readonly openWith?: string;
  readonly set?: readonly string[];
  readonly agentFile?: string;
  readonly egressAllow?: readonly string[];
  readonly json?: boolean;
}
