/**
 * What each role may do, as one table.
 *
 * A command names the least role that it needs; a role satisfies the ones listed here. The roles are no ladder: an
 * approver moves policy pointers but issues nothing, an issuer issues but approves nothing, only an admin gives access.
 */
import type { Role } from '@glidepath/core';

export const ROLE_SATISFIES: Readonly<Record<Role, readonly Role[]>> = {
  /** Reads everything but secrets. */
  viewer: ['viewer'],
  /** Daily work: customers, products, publishing a policy without pointing at it, removing a holder. */
  operator: ['viewer', 'operator'],
  /** Points an environment at a policy. */
  approver: ['viewer', 'approver'],
  /** Issues and changes licenses, their keys, and break-glass grants. */
  issuer: ['viewer', 'operator', 'issuer'],
  /** Access, signing keys, roots: everything. */
  admin: ['viewer', 'operator', 'approver', 'issuer', 'admin'],
};

export function satisfies(held: readonly Role[], needed: Role): boolean {
  return held.some((role) => ROLE_SATISFIES[role].includes(needed));
}
