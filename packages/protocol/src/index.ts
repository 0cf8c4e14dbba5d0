/** What crosses a wire. Clients import the narrower `./words` and `./keys`, which bring no schema library. */

export type { Crypto, SigningKey } from './crypto.ts';
export * from './errors/errors.ts';
export * from './errors/problem.ts';
export { type ApiInfo, type CommandDescription, openapi } from './http/openapi.ts';
export * from './ids/index.ts';
export * from './keys/index.ts';
export * from './policy/index.ts';
export * from './schemas/index.ts';
export * from './transparency/check-log.ts';
export * from './transparency/index.ts';
export * from './transparency/log-export.ts';
export type { LogFinding } from './transparency/log-finding.ts';
export * from './words/index.ts';
