/** Issues a license with its first key. Product and customer are found by id or name, or made when the caller says so. */
import {
  type Customer,
  type Instant,
  issue,
  type License,
  type LicenseKey,
  type LicenseTerms,
  type Policy,
  type Product,
  type SeatState,
  type Store,
  type Write,
} from '@glidepath/core';
import { hashSecret, isId, newSecret, secretHint } from '@glidepath/protocol';
import { LicenseRequest } from '@glidepath/protocol/http';
import { type Static, Type } from 'typebox';
import { answer, type Context, defineCommand, type Happening, type Refusal, refuse } from '../../command.ts';
import { makeCustomer } from '../customers/customers.ts';
import type { PolicyInForce } from '../policies/policy-shelf.ts';
import { makeProduct } from '../products/products.ts';
import { findCustomer, findProduct, findTeam, nothingCalled } from '../references.ts';
import { changeContext, refusalOf } from './license-changes.ts';
import { LicenseView, licenseView } from './license-view.ts';

type Request = Static<typeof LicenseRequest>;
type Issuing = Context<Request>;

export const issueLicense = defineCommand({
  name: 'license.issue',
  method: 'POST',
  path: '/v1/licenses',
  summary: 'Issues a license; its key is shown once',
  auth: 'issuer',
  body: LicenseRequest,
  answers: { 201: Type.Object({ license: LicenseView, key: Type.String() }) },
  secretAnswer: true,
  async run(context) {
    const gathered = await gather(context);
    if ('code' in gathered) return gathered;
    const { product, customer, ownerTeam, policy, mode } = gathered;
    const { startsAt, expiresAt, overrides = {} } = context.body;
    const plan = context.body.plan ?? onlyPlan(policy.policy);
    if (plan === null)
      return refuse('plan-required', `The policy has the plans ${policy.policy.plans.map(({ name }) => name).join(', ')}; name one.`);
    const decided = issue(
      {
        id: context.newId('lic'),
        environment: context.environment.id,
        product: product.row.id,
        customer: customer.row.id,
        issuer: 'self',
        ownerTeam,
        policyName: policy.policy.name,
        policyMode: mode,
        pinnedDigest: mode === 'pin' ? policy.digest : null,
        plan,
        policy: policy.policy,
        digest: policy.digest,
        overrides: overrides as LicenseTerms['overrides'],
        ...(startsAt === undefined ? {} : { startsAt: startsAt as Instant }),
        ...(expiresAt === undefined ? {} : { expiresAt: expiresAt as Instant | null }),
      },
      await changeContext(context),
    );
    if (!decided.ok) return refusalOf(decided);
    const { license, terms, seats } = decided.value;
    const key = makeLicenseKey(context, license, null);
    const writes = [...product.writes, ...customer.writes, ...licenseWrites(license, terms, seats, key.row)];
    const facts = {
      product: license.product,
      customer: license.customer,
      policy: policy.digest,
      plan,
      startsAt: terms.startsAt,
      expiresAt: terms.expiresAt,
      key: key.row.hint,
    };
    const given = answer(201, { license: licenseView(license, terms, seats, context.now), key: key.secret });
    return context.commit(
      { writes, happened: [...product.happened, ...customer.happened, { action: 'license.issued', subject: license.id, facts }] },
      given,
    );
  },
});

interface Found<Row> {
  readonly row: Row;
  /** What makes it, where it was not there, and says so. */
  readonly writes: readonly Write[];
  readonly happened: readonly Happening[];
}

interface Gathered {
  readonly product: Found<Product>;
  readonly customer: Found<Customer>;
  readonly ownerTeam: string | null;
  readonly policy: PolicyInForce;
  readonly mode: License['policyMode'];
}

async function gather(context: Issuing): Promise<Gathered | Refusal> {
  const { store, environment, body } = context;
  const product = await productOf(context);
  if (product === null) return nothingCalled('product', body.product);
  const customer = await customerOf(context);
  if (customer === null) return nothingCalled('customer', body.customer);
  const team = body.ownerTeam === undefined ? null : await findTeam(store, body.ownerTeam);
  if (team === null && body.ownerTeam !== undefined) return nothingCalled('team', body.ownerTeam);
  const isDigest = body.policy.startsWith('sha256:');
  const digest = isDigest ? body.policy : await pointedAt(store, environment.id, body.policy);
  const policy = digest === null ? null : await context.policy(digest);
  if (policy === null)
    return refuse('policy-not-published', `No policy ${JSON.stringify(body.policy)} is published in "${environment.name}".`);
  return { product, customer, ownerTeam: team?.id ?? null, policy, mode: isDigest || body.pin === true ? 'pin' : 'follow' };
}

export async function pointedAt(store: Store, environment: string, name: string): Promise<string | null> {
  return (await store.get('policyPointer', `${environment}/${name}`))?.digest ?? null;
}

/** A name that is a slug makes a product; an id that leads nowhere makes nothing. */
async function productOf(context: Issuing): Promise<Found<Product> | null> {
  const { product: reference, create } = context.body;
  const found = await findProduct(context.store, context.environment.id, reference);
  if (found !== null) return { row: found, writes: [], happened: [] };
  if (create !== true || isId('prd', reference) || !/^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$/.test(reference)) return null;
  const row = makeProduct(context, reference, reference);
  const happened = [{ action: 'product.created', subject: row.id, facts: { name: row.name } }];
  return { row, writes: [{ op: 'insert', table: 'product', row }], happened };
}

async function customerOf(context: Issuing): Promise<Found<Customer> | null> {
  const { customer: reference, create } = context.body;
  const found = await findCustomer(context.store, context.environment.id, reference);
  if (found !== null) return { row: found, writes: [], happened: [] };
  if (create !== true || isId('cus', reference)) return null;
  const row = makeCustomer(context, reference);
  const happened = [{ action: 'customer.created', subject: row.id, facts: {} }];
  return { row, writes: [{ op: 'insert', table: 'customer', row }], happened };
}

function onlyPlan({ plans }: Policy): string | null {
  return plans.length === 1 ? (plans[0]?.name ?? null) : null;
}

/** A fresh license key: the secret for the application, the row without it. */
export function makeLicenseKey(
  { world, newId, now }: Pick<Context, 'world' | 'newId' | 'now'>,
  { id, environment }: License,
  expiresAt: Instant | null,
): { secret: string; row: LicenseKey } {
  const secret = newSecret('license-key', world.entropy);
  const hash = hashSecret(secret, world.crypto);
  return {
    secret,
    row: {
      id: newId('lky'),
      license: id,
      environment,
      hash,
      hint: secretHint(secret),
      createdAt: now,
      expiresAt,
      revokedAt: null,
      revision: 0,
    },
  };
}

function licenseWrites(license: License, terms: LicenseTerms, seats: SeatState, key: LicenseKey): readonly Write[] {
  return [
    { op: 'insert', table: 'license', row: license },
    { op: 'insert', table: 'licenseTerms', row: terms },
    { op: 'insert', table: 'seatState', row: seats },
    { op: 'insert', table: 'licenseKey', row: key },
  ];
}
