/** Finds what a caller refers to by id or by name, within an environment; what lies in another does not exist here. */
import { type Customer, describeValue, type License, type Principal, type Product, type Store, shown, type Team } from '@glidepath/core';
import { isId } from '@glidepath/protocol';
import { type Refusal, refuse } from '../command.ts';

export async function findCustomer(store: Store, environment: string, reference: string): Promise<Customer | null> {
  const found = isId('cus', reference)
    ? await store.get('customer', reference)
    : ((await store.find('customer', { environment, name: reference }, { limit: 1 }))[0] ?? null);
  return found?.environment === environment ? found : null;
}

export async function findProduct(store: Store, environment: string, reference: string): Promise<Product | null> {
  const found = isId('prd', reference)
    ? await store.get('product', reference)
    : ((await store.find('product', { environment, name: reference }, { limit: 1 }))[0] ?? null);
  return found?.environment === environment ? found : null;
}

export async function findTeam(store: Store, reference: string): Promise<Team | null> {
  return isId('tea', reference) ? store.get('team', reference) : ((await store.find('team', { name: reference }, { limit: 1 }))[0] ?? null);
}

/** By id, or by a name that one principal alone has. */
export async function findPrincipal(store: Store, reference: string): Promise<Principal | null> {
  if (isId('prn', reference)) return store.get('principal', reference);
  const [found, other] = await store.find('principal', { name: reference }, { limit: 2 });
  return other === undefined ? (found ?? null) : null;
}

export async function findLicense(store: Store, environment: string, id: string): Promise<License | null> {
  const license = isId('lic', id) ? await store.get('license', id) : null;
  return license?.environment === environment ? license : null;
}

/** The refusal for a reference in a path or body that leads nowhere. */
export function nothingCalled(kind: string, reference: string): Refusal {
  return refuse('not-found', `There is no ${kind} ${describeValue(reference)} here.`, { facts: { kind, reference: shown(reference) } });
}
