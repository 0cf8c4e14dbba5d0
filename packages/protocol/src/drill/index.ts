/** Drills as text: read with positions, and written. Brings the YAML parser along. */

export { type ReadDrill, readDrill } from './read-drill.ts';
export * from './write-drill.ts';
