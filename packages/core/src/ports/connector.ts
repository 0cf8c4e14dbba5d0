/** How a vendor's way of saying what it licenses enters: one connector per way, each a folder of the room `connectors`. */
import type { LatentRisk, Snapshot } from '../probe/snapshot.ts';
import type { Result } from '../result.ts';
import type { Instant, Milliseconds } from '../time.ts';
import type { Egress, HostBoundSecret } from './egress.ts';

export interface ReadContext {
  /** IANA name of the license server's time zone: a day ends there. */
  readonly zone: string;
  /** Completes dates without a year; null: the source's own date, and where it has none, nothing is completed. */
  readonly now: Instant | null;
  /** Verifies signatures (PEM, JWK, hex, as the connector says); null: unverified, and a note says so. */
  readonly verifyWith: Uint8Array | null;
  /** Opens encrypted sources (a Keygen license key, a PKCS#12 password); null: none. */
  readonly openWith: string | null;
}

export interface SettingRule {
  readonly name: string;
  readonly type: 'text' | 'texts' | 'number' | 'command' | 'credential' | 'file' | 'url';
  readonly required: boolean;
  /** A sentence, with an example. */
  readonly about: string;
}

/** Closed: what kept a probe from seeing. Each has a sentence in `PROBE_FAILURES`. */
export type ProbeFailureReason =
  | 'bad-settings'
  | 'timeout'
  | 'unreachable'
  | 'refused-by-us'
  | 'not-permitted'
  | 'bad-status'
  | 'too-large'
  | 'unreadable'
  | 'no-features'
  | 'bad-signature'
  | 'command-missing'
  | 'command-failed'
  | 'file-missing'
  | 'resting';

export type ProbeOutcome = Result<Snapshot, ProbeFailureReason>;

export type CommandReason = 'command-missing' | 'command-failed' | 'timeout' | 'too-large';
export interface CommandOutput {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Vendors' tools exit with all sorts of things and still say what is asked. */
  readonly exitCode: number;
}

/** What a connector may use; all of it is bounded by the agent's own local file. */
export interface ProbeTools {
  readonly now: Instant;
  readonly zone: string;
  readonly egress: Egress;
  /** Runs a command that the agent's own file names: argv, no shell, time-out, own uid. */
  run(command: string): Promise<Result<CommandOutput, CommandReason>>;
  /** Reads a file below a folder that the agent's own file names. */
  readFile(path: string, maxBytes: number): Promise<Result<Uint8Array, 'file-missing' | 'not-permitted' | 'too-large'>>;
  /** Names of the files of a folder, not below it; at most 10,000. */
  listFolder(path: string): Promise<Result<readonly string[], 'file-missing' | 'not-permitted'>>;
  /** A credential by its name in the agent's own file; null: there is none of that name. */
  credential(name: string): Promise<HostBoundSecret | null>;
}

export interface Connector {
  /** The word of `glidepath probe KIND` and of a probe's `kind`. */
  readonly kind: string;
  readonly title: string;
  readonly settings: readonly SettingRule[];
  /** How often its vendor's server may be asked at most. */
  readonly everyAtLeastMs: Milliseconds;
  /** Reads a saved output. Total: never rejects, whatever the bytes; what it cannot read it counts. */
  read(source: Uint8Array, context: ReadContext): Promise<Snapshot>;
  /** Gathers and reads. Never throws. */
  probe(settings: Readonly<Record<string, unknown>>, tools: ProbeTools): Promise<ProbeOutcome>;
  /** What would fail if it were done at `at`, as far as the snapshot tells. Absent: this connector cannot know. */
  latentAt?(snapshot: Snapshot, at: Instant): readonly Omit<LatentRisk, 'from'>[];
}
