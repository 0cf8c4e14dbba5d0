/** What an agent's own local file says: the only place that names commands, folders, addresses and credentials. */
import type { Milliseconds } from '../time.ts';

/** A command that probes may name. They never see, and cannot change, what is run. */
export interface LocalCommand {
  readonly name: string;
  /** Absolute path first; handed over as it stands, no shell reads it. */
  readonly argv: readonly string[];
  readonly timeoutMs: Milliseconds;
  /** Whose rights it runs with; null: the agent's own, which an agent that runs as root refuses. */
  readonly uid: number | null;
  /** Null: the number of `uid`. */
  readonly gid: number | null;
  /** Beside the minimum that every command gets. */
  readonly env: Readonly<Record<string, string>>;
}

/** A credential by reference; its value is read when it is used, and sent to these hosts only. */
export interface LocalCredential {
  readonly name: string;
  /** `env:NAME` or `file:/path`. */
  readonly from: string;
  /** Lower case. */
  readonly header: string;
  /** Put before the value: `Bearer `. */
  readonly prefix: string;
  readonly hosts: readonly string[];
}

export interface AgentFile {
  readonly name: string;
  /** Address of the control plane; null: given on the command line. */
  readonly server: string | null;
  /** `env:NAME` or `file:/path`; null: given on the command line. */
  readonly token: string | null;
  readonly commands: readonly LocalCommand[];
  /** What probes may read: files below these, and files named here. */
  readonly folders: readonly string[];
  readonly egress: {
    /** Ranges beyond public addresses that probes may reach. */
    readonly allow: readonly string[];
    /** PEM file of authorities beyond the platform's own; null: none. */
    readonly ca: string | null;
  };
  readonly credentials: readonly LocalCredential[];
}

/** A file that allows nothing: probes reach public addresses without a credential, and nothing else. */
export const CLOSED_AGENT_FILE: AgentFile = {
  ...{ name: 'agent', server: null, token: null, commands: [], folders: [], egress: { allow: [], ca: null }, credentials: [] },
};
