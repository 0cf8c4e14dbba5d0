/** Discovery: what licences there are on this machine, in its environment and in its cluster. */
export { type DiscoverInput, type Discovery, discover } from './discover.ts';
export { type Found, SKIP_WORDS, type Skipped, type SkipReason } from './found.ts';
export type { Run, RunOutput } from './kubernetes.ts';
export type { Progress } from './walk.ts';
