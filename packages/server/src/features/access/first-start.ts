/** The first start makes the principal `admin` and a one-time sign-in code for it: the only way in that nobody gave. */
import { Fault, type Write } from '@glidepath/core';
import { newId } from '@glidepath/protocol';
import { commitChange } from '../../commit.ts';
import type { World } from '../../world.ts';
import { makeSignInCode } from './sign-in.ts';

/** Fixed, so that of two nodes that start at once one makes it. */
export const FIRST_PRINCIPAL = 'prn_00000000-0000-7000-8000-000000000001';

export interface FirstSignIn {
  readonly principal: string;
  /** Printed once; ends after 15 minutes. */
  readonly code: string;
}

/**
 * A sign-in code while nobody has ever signed in; null afterwards.
 *
 * A code that was printed and missed is no lock-out: until there is a token, every start prints another.
 */
export async function firstSignIn(world: World): Promise<FirstSignIn | null> {
  // Every other token of a person was made by somebody who signed in; those of the process itself say nothing.
  const [token] = await world.store.find('apiToken', { principal: FIRST_PRINCIPAL }, { limit: 1 });
  if (token !== undefined) return null;
  const now = world.clock.now();
  const maker = { world, now, newId: (prefix: Parameters<typeof newId>[0]) => newId(prefix, now, world.entropy) };
  const { secret, row } = makeSignInCode(maker, FIRST_PRINCIPAL);
  const isThere = (await world.store.get('principal', FIRST_PRINCIPAL)) !== null;
  const writes: readonly Write[] = [...(isThere ? [] : firstAdmin(maker)), { op: 'insert', table: 'signInCode', row }];
  const happened = [{ action: 'sign-in.created', subject: row.id, facts: { principal: FIRST_PRINCIPAL } }];
  const result = await commitChange(world, { writes, happened }, { actor: 'first-start', environment: null, ...maker });
  if (result.ok) return { principal: 'admin', code: secret };
  if (result.reason === 'duplicate') return null;
  throw new Fault('first-start-failed', `The first sign-in could not be made: ${result.reason} in ${result.table}`, { retryable: true });
}

function firstAdmin({ now, newId }: Parameters<typeof makeSignInCode>[0]): readonly Write[] {
  const principal = {
    id: FIRST_PRINCIPAL,
    kind: 'person' as const,
    name: 'admin',
    email: null,
    createdAt: now,
    disabledAt: null,
    revision: 0,
  };
  const grant = { id: newId('rol'), principal: FIRST_PRINCIPAL, role: 'admin' as const, environment: null, createdAt: now };
  return [
    { op: 'insert', table: 'principal', row: principal },
    { op: 'insert', table: 'roleGrant', row: grant },
  ];
}
