/** One reading of a large lmstat in a process of its own; its parent reads time and memory from the last line. */
import { flexlmConnector } from '../packages/connectors/src/flexlm/flexlm-connector.ts';
import { lmstatText, smallLmstat } from './lmstat-text.ts';

const context = { zone: 'UTC', now: null, verifyWith: null, openWith: null };
const { bytes, features, used, issued } = lmstatText(100_000);
// Loaded, not warm: an agent has read something small before.
await flexlmConnector.read(smallLmstat('a', 1, 2, '24-nov-2028'), context);
globalThis.gc?.();
const before = process.memoryUsage();
const startedAt = process.threadCpuUsage();
const snapshot = await flexlmConnector.read(bytes, context);
const { user, system } = process.threadCpuUsage(startedAt);
const ms = (user + system) / 1_000;
const after = process.memoryUsage();
const holders = snapshot.features.reduce((sum, feature) => sum + feature.holders.length, 0);
const sumOf = (name: 'used' | 'issued') => snapshot.features.reduce((sum, feature) => sum + (feature[name] ?? 0), 0);
const isRight =
  snapshot.features.length === features &&
  sumOf('used') === used &&
  sumOf('issued') === issued &&
  holders === used &&
  snapshot.unparsedCount === 0;
console.log(
  JSON.stringify({
    isRight,
    ms,
    lines: bytes.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0),
    heapMb: (after.heapUsed + after.external - before.heapUsed - before.external) / 1e6,
    peakMb: (process.resourceUsage().maxRSS * 1024 - before.rss) / 1e6,
  }),
);
