/** The words of `glidepath agent` and `glidepath agent check`, as they were typed. */
export interface AgentCommandOptions {
  readonly config?: string;
  readonly once?: boolean;
  readonly server?: string;
  readonly tokenFile?: string;
  readonly state?: string;
  readonly log?: 'json' | 'text';
  readonly json?: boolean;
}
