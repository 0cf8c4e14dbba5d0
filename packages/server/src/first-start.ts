/** What the first start of a control plane makes: an environment with its roots and keys, and a way in. */

export { firstSignIn } from './features/access/first-start.ts';
export { endInProcessTokens, INSIDERS, inProcessToken } from './features/access/in-process.ts';
export { bootstrapEnvironment, type LeavingRoot } from './features/keys/bootstrap.ts';
