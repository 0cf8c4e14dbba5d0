/** `npm test`: everything that needs only npm. */
import { runSuites } from './run-suites.ts';
import { SUITES } from './suites.ts';

await runSuites(SUITES);
