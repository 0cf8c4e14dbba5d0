/** What connectors may use on this machine: all of it bounded by the agent's own local file, and nothing beside it. */
import type { AgentFile, Egress, Instant, ProbeTools, Scheduler } from '@glidepath/core';
import { createCommandRunner } from './command-runner.ts';
import { createFileReader } from './file-reader.ts';
import { createSecretReader, credentialNamed } from './secret-reference.ts';

export interface LocalWorld {
  readonly file: AgentFile;
  /** Opened for `file.egress`. */
  readonly egress: Egress;
  readonly scheduler: Scheduler;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
  readonly stopping?: AbortSignal;
}

/** Tools for one run of one probe. */
export type ToolsFor = (now: Instant, zone: string) => ProbeTools;

export function createProbeTools({ file, egress, ...world }: LocalWorld): ToolsFor {
  const run = createCommandRunner({ commands: file.commands, ...world });
  const files = createFileReader(file.folders);
  const readSecret = createSecretReader(world.env);
  const credential: ProbeTools['credential'] = (name) => credentialNamed(name, file.credentials, readSecret);
  return (now, zone) => ({ now, zone, egress, run, ...files, credential });
}
