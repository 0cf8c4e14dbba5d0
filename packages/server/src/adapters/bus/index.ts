/** Hints between nodes. */

export { createPostgresBus, type PostgresBus, type PostgresBusOptions } from './postgres-bus.ts';
