/** The inventory over the API: applying lies beside this. */
import type { HeldLicense, Store } from '@glidepath/core';
import { isId } from '@glidepath/protocol';
import { body, HeldLicenseDetail, HeldLicenseView, ListQuery, page } from '@glidepath/protocol/http';
import { answer, type Command, defineCommand } from '../../command.ts';
import { listed } from '../lists.ts';
import { nothingCalled } from '../references.ts';
import { applyInventory } from './apply-inventory.ts';
import { createHeldViewer } from './inventory-views.ts';

const list = defineCommand({
  name: 'inventory.list',
  method: 'GET',
  path: '/v1/inventory',
  summary: 'Lists held licenses: contract, owners, and what probes saw last',
  auth: 'viewer',
  query: ListQuery,
  answers: { 200: page(HeldLicenseView) },
  run: ({ store, environment, query, now }) =>
    listed(store, 'heldLicense', { environment: environment.id }, query, createHeldViewer(store, now)),
});

const show = defineCommand({
  name: 'inventory.show',
  method: 'GET',
  path: '/v1/inventory/{held}',
  summary: 'Shows a held license, by its name or license id, with its document as applied',
  auth: 'viewer',
  query: body({}),
  answers: { 200: HeldLicenseDetail },
  async run({ store, environment, now, params: { held: reference = '' } }) {
    const held = await findHeld(store, environment.id, reference);
    if (held === null) return nothingCalled('held license', reference);
    return answer(200, { ...(await createHeldViewer(store, now)(held)), document: held.document });
  },
});

export async function findHeld(store: Store, environment: string, reference: string): Promise<HeldLicense | null> {
  const found = isId('lic', reference)
    ? await store.get('heldLicense', reference)
    : ((await store.find('heldLicense', { environment, name: reference }, { limit: 1 }))[0] ?? null);
  return found?.environment === environment ? found : null;
}

export const INVENTORY_COMMANDS: readonly Command[] = [applyInventory, list, show];
