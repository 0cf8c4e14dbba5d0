/**
 * One control plane node as users run it, `glidepath up` with whatever arguments it is given, beside two things that only a
 * run of histories may do: step the wall clock of this process (a message `{ "stepMs": n }`), and plant a fault.
 *
 * Ends when whoever started it is gone.
 */
import { isPlant, plant } from './plants.ts';

const trueNow = Date.now;
let stepMs = 0;
Date.now = () => trueNow() + stepMs;

process.on('message', (message) => {
  const told = (message as { readonly stepMs?: unknown }).stepMs;
  if (typeof told === 'number') stepMs = told;
});
process.on('disconnect', () => process.exit(1));

const planted = process.env.GLIDEPATH_HISTORIES_PLANT;
if (isPlant(planted)) plant(planted);
await import('../packages/cli/src/main.ts');
