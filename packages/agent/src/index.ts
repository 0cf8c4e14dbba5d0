/** The agent: looks where the licences are, within its own local file, and tells the control plane. */

export { type Agent, type AgentOptions, type AgentStatus, createAgent } from './agent.ts';
export { folderFiles } from './link/folder-files.ts';
export { createHttpExchange, createLocalExchange, type HttpExchangeOptions, type LocalCall } from './link/http-exchange.ts';
export type { LinkState } from './link/link.ts';
export type { BufferBounds } from './link/report-buffer.ts';
export type { AgentFiles } from './link/report-shelf.ts';
export {
  type AgentTransport,
  createTransport,
  type Exchange,
  type ProbeTask,
  type Report,
  type ReportedOutcome,
  type TransportReason,
} from './link/transport.ts';
export { minimalEnvironment } from './local/command-runner.ts';
export { createProbeTools, type LocalWorld, type ToolsFor } from './local/probe-tools.ts';
export { type ReadAgentFile, readAgentFile } from './local/read-agent-file.ts';
export { createSecretReader, type ReadSecret } from './local/secret-reference.ts';
export type { AgentLog } from './log.ts';
export { runProbe } from './run/run-probe.ts';
