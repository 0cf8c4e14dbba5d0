/** Sets the demo up through the HTTP API, as a user would: sign in, publish the policies, issue a license of each product. */
import { readFile } from 'node:fs/promises';
import { nodeCrypto } from '@glidepath/protocol/node';
import { readPolicy } from '@glidepath/protocol/policy';
import { createApi } from '../api/client.ts';
import { findTarget, keepToken } from '../api/config.ts';
import type { Shell } from '../shell.ts';
import type { ReadyMessage } from '../up/ready-message.ts';
import { DEMO_PRODUCTS, demoProduct } from './products.ts';
import type { DemoState } from './state.ts';

type Licenses = DemoState['licenses'];

/**
 * Gives the licenses of the demo, by product; those of an earlier start are used again. The token of the one-time sign-in
 * is kept as `sign-in` keeps it, so that every other command works at once.
 */
export async function provision(
  shell: Shell,
  { ready, known }: { readonly ready: ReadyMessage; readonly known: Licenses },
): Promise<Licenses> {
  if (ready.signInCode !== null) {
    const { token } = await createApi(shell, { server: ready.address, token: null, environment: null }).post<{ token: string }>(
      '/v1/sign-in',
      {
        code: ready.signInCode,
      },
    );
    await keepToken(shell, ready.address, token);
  }
  const missing = DEMO_PRODUCTS.filter(({ name }) => known[name] === undefined);
  if (missing.length === 0) return known;
  const api = createApi(shell, await findTarget(shell, { server: ready.address }));
  const licenses: Record<string, Licenses[string]> = { ...known };
  for (const { name, plan, policyFile } of missing) {
    const policy = await api.postText<{ name: string }>('/v1/policies', await readFile(policyFile, 'utf8'));
    const request = { product: name, customer: 'Demo customer', policy: policy.name, plan, create: true };
    const { license, key } = await api.post<{ license: { id: string }; key: string }>('/v1/licenses', request);
    licenses[name] = { id: license.id, key };
  }
  return licenses;
}

/** Names and titles of what a product can do, from its policy file. */
export async function featuresOf(name: string): Promise<readonly { readonly name: string; readonly title: string }[]> {
  const product = demoProduct(name);
  if (product === undefined) return [];
  const { policy } = readPolicy(await readFile(product.policyFile, 'utf8'), nodeCrypto);
  return (policy?.features ?? []).map(({ name: feature, title }) => ({ name: feature, title }));
}
