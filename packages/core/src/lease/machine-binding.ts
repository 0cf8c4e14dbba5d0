/**
 * What becomes of a node-locked seat when its machine shows another fingerprint. Nobody is denied for it: a changed machine
 * is a path of its own, which the client walks.
 */
import type { Lease } from '../ports/records.ts';
import { after } from '../time.ts';
import type { HolderInput, SeatHappening } from './seat-decision.ts';

export type MachineBinding = Pick<Lease, 'fingerprint' | 'reboundAt'> & { readonly happened: readonly SeatHappening[] };

/**
 * The machine that the seat is bound to from now on.
 *
 * With enough of its components the same it is the same machine, as it is now. A changed one is bound where the plan has
 * no quota for that, or the quota has room; past it the seat stays bound to the machine that it had, and its holder stays
 * on the path of a changed one.
 */
export function bindMachine({ plan, request, now }: HolderInput, own: Lease): MachineBinding {
  const shown = request.fingerprint ?? own.fingerprint;
  const { reboundAt } = own;
  const seats = plan.seats?.kind === 'node-locked' ? plan.seats : null;
  const match = seats?.match ?? null;
  if (seats === null || match === null || request.fingerprint === null) return { fingerprint: shown, reboundAt, happened: [] };
  const same = match.of.filter((part) => own.fingerprint[part] !== undefined && own.fingerprint[part] === shown[part]).length;
  const isBound = match.of.some((part) => own.fingerprint[part] !== undefined);
  if (same >= match.need || (seats.rebind !== null && !isBound)) return { fingerprint: shown, reboundAt, happened: [] };
  const told = (action: string, facts: object): readonly SeatHappening[] => [
    { action, subject: own.id, facts: { holder: own.holder, same, need: match.need, ...facts } },
  ];
  if (seats.rebind === null) return { fingerprint: shown, reboundAt, happened: told('lease.machine-changed', {}) };
  const { count, perMs } = seats.rebind;
  const recent = reboundAt.filter((at) => at > now - perMs);
  if (recent.length < count) {
    const left = count - recent.length - 1;
    return { fingerprint: shown, reboundAt: [...recent, now], happened: told('lease.rebound', { left }) };
  }
  const againAt = after(recent.at(-count) ?? now, perMs);
  return { fingerprint: own.fingerprint, reboundAt, happened: told('lease.rebind-refused', { againAt }) };
}
