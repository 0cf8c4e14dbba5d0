/** What connectors that read text share: lines, numbers, dates in a zone, what could not be read, and the common probe. */
export * from './dates.ts';
export * from './latent-seats.ts';
export * from './lines.ts';
export * from './numbers.ts';
export * from './numeric-dates.ts';
export * from './run-or-read.ts';
export * from './tell-apart.ts';
export * from './tool-connector.ts';
export * from './unparsed.ts';
export * from './user-at-host.ts';
