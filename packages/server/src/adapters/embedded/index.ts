export type { BinaryPlaces } from './binaries.ts';
export { binariesCheck } from './binaries-check.ts';
export { claimDataFolder } from './data-folder.ts';
export { dataFolderCheck } from './data-folder-check.ts';
export type { EmbeddedFaultCode } from './faults.ts';
export { hasCluster, runningDatabaseUrl } from './running.ts';
export { type EmbeddedOptions, type EmbeddedPostgres, startEmbeddedPostgres } from './start.ts';
export type { Ended } from './supervise.ts';
