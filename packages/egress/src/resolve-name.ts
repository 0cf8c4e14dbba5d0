/** Turns a host name into addresses, once, and refuses the name if any of them may not be dialled. */
import { lookup } from 'node:dns/promises';
import { type Denial, deny, type EgressReason, ok, type Result } from '@glidepath/core';
import { addressBytes, judgeAddress, type Network } from './addresses.ts';
import { LOOKUPS_MAX } from './egress-limits.ts';

/** All addresses of a name, as the system's resolver gives them. Rejects or answers nothing for a name that is not there. */
export type ResolveName = (name: string) => Promise<readonly string[]>;

/**
 * The system's resolver, so that /etc/hosts and search domains count as they do for everything else on the machine.
 *
 * The same name asked for twice at once is looked up once, and no more than `LOOKUPS_MAX` names at a time: see there.
 */
export function createSystemResolver(lookUp: ResolveName = systemAddresses): ResolveName {
  const underWay = new Map<string, Promise<readonly string[]>>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const look = async (name: string): Promise<readonly string[]> => {
    while (running >= LOOKUPS_MAX) await new Promise<void>((go) => waiting.push(go));
    running += 1;
    try {
      return await lookUp(name);
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
  return (name) => {
    const known = underWay.get(name);
    if (known) return known;
    const started = look(name).finally(() => underWay.delete(name));
    underWay.set(name, started);
    return started;
  };
}

async function systemAddresses(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true, order: 'verbatim' })).map(({ address }) => address);
}

/**
 * The addresses that may be dialled for a name, in the resolver's order.
 *
 * One refused address refuses the name: an answer that mixes a public and an inner address is how a name is rebound. The
 * caller dials exactly what is returned here and never asks again.
 */
export async function resolveAllowed(
  names: { readonly host: string; readonly lookupName: string },
  resolve: ResolveName,
  allow: readonly Network[],
): Promise<Result<readonly string[], EgressReason>> {
  const { host, lookupName } = names;
  const isLiteral = addressBytes(lookupName) !== null;
  const addresses = isLiteral ? [lookupName] : await addressesOf(lookupName, resolve);
  if (addresses.length === 0) return deny('name-not-found', `No address was found for ${host}; check the name.`, { host });
  for (const address of addresses) {
    const verdict = judgeAddress(address, allow);
    if (!verdict.isAllowed) return refused(host, address, verdict.found, isLiteral);
  }
  return ok(addresses);
}

async function addressesOf(name: string, resolve: ResolveName): Promise<readonly string[]> {
  try {
    return [...new Set(await resolve(name))];
  } catch {
    return [];
  }
}

function refused(host: string, address: string, found: string, isLiteral: boolean): Denial<EgressReason> {
  const what = isLiteral ? `${host} is ${found}` : `${host} leads to ${address}, ${found}`;
  const expected = 'a public address, or one in a network that the allow list of egress names';
  return deny('address-refused', `${what}; nothing was sent. Expected ${expected}.`, { host, address, found });
}
