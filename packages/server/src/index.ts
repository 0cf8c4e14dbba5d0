/** The control plane as a library: the command layer, its features, and the adapters by their own paths. */

export type { JobStatus } from './command.ts';
export * from './command.ts';
export { beatService } from './features/health/service-beat.ts';
export { COMMANDS, JOBS } from './features/index.ts';
export type { Signer } from './features/keys/keyring.ts';
export type { PolicyInForce } from './features/policies/policy-shelf.ts';
export type { CommandRequest, CommandResponse } from './request.ts';
export { ROLE_SATISFIES } from './roles.ts';
export { createServer, type Server, type ServerOptions } from './server.ts';
export * from './world.ts';
