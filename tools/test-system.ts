/** `npm run test:system`: what needs more than npm. Fails, and says so, if something it needs is missing. */
import { runSuites } from './run-suites.ts';
import { SYSTEM_SUITES } from './suites.ts';

await runSuites(SYSTEM_SUITES);
