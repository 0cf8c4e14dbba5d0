/** The agent: looks where the licences are, within its own local file, and tells the control plane. */

export { minimalEnvironment } from './local/command-runner.ts';
export { createProbeTools, type LocalWorld, type ToolsFor } from './local/probe-tools.ts';
export { type ReadAgentFile, readAgentFile } from './local/read-agent-file.ts';
export { createSecretReader, type ReadSecret } from './local/secret-reference.ts';
