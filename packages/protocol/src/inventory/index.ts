/** Inventory documents as text: several per file, read with positions and written. Brings the YAML parser along. */

export type { Locate, LocatedRemark, LocatedViolation } from '../policy/located.ts';
export { type ReadDocuments, readDocuments, type SourceDocument } from './read-documents.ts';
export { type FoundDocument, type ReadInventory, readInventory } from './read-inventory.ts';
export { type ReadOne, readOne } from './read-one.ts';
export { writeInventory } from './write-inventory.ts';
