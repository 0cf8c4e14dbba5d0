/** The pure domain of Glidepath. Nothing here reads a clock, a file, a network or chance: callers hand all of it in. */

export * from './decision/decision.ts';
export * from './decision/terms.ts';
export * from './lease/words.ts';
export * from './policy/policy.ts';
export * from './ports/records.ts';
export * from './ports/store.ts';
export * from './ports/world.ts';
export * from './result.ts';
export * from './time.ts';
