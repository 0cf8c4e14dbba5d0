export * from './command.ts';
export * from './features/keys/keyring.ts';
export * from './features/policies/policy-shelf.ts';
export * from './roles.ts';
export * from './world.ts';
