/**
 * What is done to nodes, database and wires, drawn from a seed: which blow, on whom, how long. When exactly each lands is the
 * machine's business, so the same seed gives the same blows and not the same history.
 */
import type { Random } from '../packages/core/src/index.ts';
import type { Database } from './database.ts';
import type { ControlPlaneNode } from './nodes.ts';
import type { Wire } from './wire.ts';

export interface Field {
  readonly nodes: readonly ControlPlaneNode[];
  readonly wires: readonly Wire[];
  readonly database: Database;
  readonly random: Random;
  readonly pause: (ms: number) => Promise<void>;
  readonly isOver: () => boolean;
  readonly told: (blows: Blows) => void;
}

export interface Blows {
  readonly nodeKills: number;
  readonly databaseKills: number;
  readonly pauses: number;
  readonly clockSteps: number;
  readonly cuts: number;
}

const HOUR_MS = 3_600_000;
/** Of the answers on a wire. */
const CUT_SHARE = 0.01;
/** From a moment to well past a hold with its margin. */
const PAUSE_MS = { least: 500, most: 9_000 };

/** Strikes until `kills` processes were killed, or the run is over. `betweenMs`: the mean from one blow to the next. */
export async function strike(
  { nodes, wires, database, random, pause, isOver, told }: Field,
  kills: number,
  betweenMs: number,
): Promise<Blows> {
  let blows: Blows = { nodeKills: 0, databaseKills: 0, pauses: 0, clockSteps: 0, cuts: 0 };
  const paused = new Set<number>();
  const count = (kind: keyof Blows): void => {
    blows = { ...blows, [kind]: blows[kind] + 1 };
  };
  for (const wire of wires) wire.cutByChance(CUT_SHARE);
  while (!isOver() && blows.nodeKills + blows.databaseKills < kills) {
    const [draw, at, length] = [random.next(), Math.floor(random.next() * nodes.length), random.next()];
    const node = nodes[at];
    if (draw < 0.45) {
      if (node?.kill() === true) count('nodeKills');
    } else if (draw < 0.65) {
      database.kill();
      count('databaseKills');
    } else if (draw < 0.8 && !paused.has(at)) {
      count('pauses');
      paused.add(at);
      node?.pause();
      void pause(PAUSE_MS.least + length * (PAUSE_MS.most - PAUSE_MS.least)).then(() => {
        paused.delete(at);
        node?.resume();
      });
    } else if (draw < 0.9) {
      node?.stepClock(length < 0.34 ? HOUR_MS : length < 0.67 ? -HOUR_MS : 0);
      count('clockSteps');
    } else {
      wires[at]?.cutAll();
      count('cuts');
    }
    told(blows);
    await pause(betweenMs * 2 * random.next());
  }
  return blows;
}

/** Ends every fault; what is dead is being started again by then. */
export function heal({ nodes, wires }: Pick<Field, 'nodes' | 'wires'>): void {
  for (const wire of wires) wire.cutByChance(0);
  for (const node of nodes) {
    node.stepClock(0);
    node.resume();
  }
}
