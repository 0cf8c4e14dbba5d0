/** The HTTP API as data: bodies, and the OpenAPI document. With TypeBox, so not for clients. */

export * from './access-bodies.ts';
export * from './agent-bodies.ts';
export * from './approval-bodies.ts';
export { body, Digest, EnvironmentQuery, ListQuery, label, PageQuery, page, Reason, Reference, slug, view } from './body-parts.ts';
export * from './cloud-events.ts';
export * from './difference-bodies.ts';
export * from './inventory-bodies.ts';
export * from './lease-bodies.ts';
export * from './license-bodies.ts';
export * from './log-bodies.ts';
export * from './notice-bodies.ts';
export * from './observation-bodies.ts';
export { type ApiInfo, type CommandDescription, openapi } from './openapi.ts';
export * from './rollout-bodies.ts';
export * from './runway-bodies.ts';
export * from './settings-bodies.ts';
export { parseTimestamp } from './timestamp.ts';
export * from './usage-bodies.ts';
