/** Frees the seats of holders whose hold ended in silence, and gives them to those who wait: the reaper's own turn. */
import type { SeatEffects, SeatInput } from './seat-decision.ts';
import { settle } from './settle.ts';

export function reap(input: SeatInput): SeatEffects {
  const { seats, promoted, reaped, happened } = settle({ ...input, situation: { ...input.situation, lease: null } });
  return { seats, promoted, reaped, happened };
}
