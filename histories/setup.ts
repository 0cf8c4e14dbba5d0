/** Licenses for a run, made over HTTP at the first node that serves, as an operator would. */
import { createApi } from '../packages/cli/src/api/client.ts';
import type { Shell } from '../packages/cli/src/shell.ts';
import type { ReadyMessage } from '../packages/cli/src/up/ready-message.ts';
import { PLANS, type PlanOfRun, policyOfRun } from './licenses.ts';

export interface Issued {
  readonly plan: PlanOfRun;
  readonly license: string;
  readonly licenseKey: string;
}

export async function issueLicenses({ address, signInCode }: ReadyMessage): Promise<readonly Issued[]> {
  const shell = { fetch } as Shell;
  const anonymous = createApi(shell, { server: address, token: null, environment: null });
  const { token } = await anonymous.post<{ token: string }>('/v1/sign-in', { code: signInCode });
  const api = createApi(shell, { server: address, token, environment: null });
  const { name: policy } = await api.postText<{ name: string }>('/v1/policies', policyOfRun());
  const issued: Issued[] = [];
  for (const plan of PLANS) {
    const body = { product: 'histories', customer: `customer of ${plan.name}`, policy, plan: plan.name, create: true };
    const { license, key } = await api.post<{ license: { id: string }; key: string }>('/v1/licenses', body);
    issued.push({ plan, license: license.id, licenseKey: key });
  }
  return issued;
}
