/** What an operator sees of a running node: metrics and logs. */

export { databaseExaminer } from './database-examiner.ts';
export { type DiskWatch, diskWatch } from './disk.ts';
export { createJsonLog, type JsonLogOptions } from './json-log.ts';
export { createMetrics, type Metrics, REFRESH_MS } from './metrics.ts';
export { nextStart, type StartCheck } from './next-start.ts';
export { timedStore } from './timed-store.ts';
