/** What an agent tells while it runs: a line per change, never one per probe. The same form as the control plane's log. */

export interface AgentLog {
  info(event: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(event: string, facts?: Readonly<Record<string, unknown>>): void;
  error(event: string, facts?: Readonly<Record<string, unknown>>): void;
}
