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
const goToo = (): never => process.exit(1);
process.on('disconnect', goToo);

const planted = process.env.GLIDEPATH_HISTORIES_PLANT;
if (isPlant(planted)) plant(planted);
await import('../packages/cli/src/main.ts');
// It has ended, and nothing of ours may keep its process: who started it waits for the end to start another.
process.off('disconnect', goToo);
if (process.connected) process.disconnect();
