/**
 * One apply under way: what it will write and tell, and the records that several documents share, each found or made once.
 *
 * Products, the customer `ourselves` and the policy `held` are made when the first document needs them: a team that keeps its
 * inventory in git has nothing else to set up.
 */
import {
  type ChangeContext,
  type Customer,
  HELD_POLICY_DOCUMENT,
  NO_CANDIDATE,
  type Policy,
  type PolicyVersion,
  type Product,
  type Write,
} from '@glidepath/core';
import { readPolicy } from '@glidepath/protocol/policy';
import type { Change, Context, Happening } from '../../command.ts';
import { makeCustomer } from '../customers/customers.ts';
import { pointedAt } from '../licenses/issue-license.ts';
import { changeContext } from '../licenses/license-changes.ts';
import { makeProduct } from '../products/products.ts';
import { findCustomer, findProduct } from '../references.ts';
import type { DocumentViolation } from './read-documents.ts';

/** Whom licenses that others issue are for. */
export const OURSELVES = 'ourselves';

export interface Rules {
  readonly policy: Policy;
  readonly digest: string;
}

export interface Applying {
  readonly context: Context;
  write(...writes: readonly Write[]): void;
  tell(happening: Happening): void;
  refuse(violation: DocumentViolation): void;
  readonly violations: readonly DocumentViolation[];
  change(): Change;
  /** Who changes licenses, from which incarnation of the store. */
  changing(): Promise<ChangeContext>;
  product(title: string): Promise<Product>;
  ourselves(): Promise<Customer>;
  /** The policy that the environment points at under the name; null: none. */
  rules(name: string): Promise<Rules | null>;
}

export function startApplying(context: Context): Applying {
  const writes: Write[] = [];
  const happened: Happening[] = [];
  const violations: DocumentViolation[] = [];
  /** Made in this apply, by name. */
  const products = new Map<string, Product>();
  const applying: Applying = {
    context,
    violations,
    write: (...more) => void writes.push(...more),
    tell: (happening) => void happened.push(happening),
    refuse: (violation) => void violations.push(violation),
    change: () => ({ writes, happened }),
    changing: () => changing(''),
    product: once((title) => productFor(applying, title, products)),
    ourselves: () => customer(OURSELVES),
    rules: once((name) => rulesFor(applying, name)),
  };
  const changing = once(() => changeContext(context));
  const customer = once((name) => customerFor(applying, name));
  return applying;
}

function once<V>(find: (key: string) => Promise<V>): (key: string) => Promise<V> {
  const found = new Map<string, Promise<V>>();
  return (key) => {
    const known = found.get(key) ?? find(key);
    found.set(key, known);
    return known;
  };
}

/** By its name as others write it: the slug of the title, with a hash where another title has that slug. */
async function productFor({ context, write, tell }: Applying, title: string, made: Map<string, Product>): Promise<Product> {
  const { store, environment, world } = context;
  const hash = Buffer.from(world.crypto.sha256(new TextEncoder().encode(title)))
    .toString('hex')
    .slice(0, 8);
  const slug = slugOf(title);
  for (const name of [slug === '' ? `product-${hash}` : slug, `${slug.slice(0, 50)}-${hash}`.replace(/^-/, 'product-')]) {
    const found = made.get(name) ?? (await findProduct(store, environment.id, name));
    if (found !== null && found.title !== title && name !== title) continue;
    if (found !== null) return found;
    const row = makeProduct(context, name, title);
    made.set(name, row);
    write({ op: 'insert', table: 'product', row });
    tell({ action: 'product.created', subject: row.id, facts: { name } });
    return row;
  }
  throw new Error(`two products share a hash: ${hash}`);
}

export function slugOf(title: string): string {
  return title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '');
}

async function customerFor({ context, write, tell }: Applying, name: string): Promise<Customer> {
  const found = await findCustomer(context.store, context.environment.id, name);
  if (found !== null) return found;
  const row = makeCustomer(context, name);
  write({ op: 'insert', table: 'customer', row });
  tell({ action: 'customer.created', subject: row.id, facts: {} });
  return row;
}

async function rulesFor(applying: Applying, name: string): Promise<Rules | null> {
  const { store, environment, policy } = applying.context;
  const digest = await pointedAt(store, environment.id, name);
  if (digest !== null) return await policy(digest);
  return name === HELD_POLICY_DOCUMENT.metadata.name ? await publishHeld(applying) : null;
}

/** The built-in policy as a published one: from then on it is replaced as any other is. */
async function publishHeld({ context, write, tell }: Applying): Promise<Rules | null> {
  const { store, environment, world, now, newId, actor } = context;
  const source = `${JSON.stringify(HELD_POLICY_DOCUMENT, null, 2)}\n`;
  const { document, policy } = readPolicy(source, world.crypto);
  if (document === null || policy === null) return null;
  const { digest, tree } = document;
  const [known] = await store.find('policyVersion', { digest }, { limit: 1 });
  if (known === undefined) {
    const row: PolicyVersion = { id: newId('pol'), digest, name: policy.name, source, tree, createdAt: now, createdBy: actor.id };
    write({ op: 'insert', table: 'policyVersion', row });
    tell({ action: 'policy.published', subject: row.id, facts: { name: policy.name, digest } });
  }
  const id = `${environment.id}/${policy.name}`;
  const pointer = { id, environment: environment.id, name: policy.name, digest, previous: null, ...NO_CANDIDATE, setAt: now, revision: 0 };
  write({ op: 'insert', table: 'policyPointer', row: pointer });
  tell({ action: 'policy.promoted', subject: id, facts: { environment: environment.name, name: policy.name, digest, previous: null } });
  return { policy, digest };
}
