/** The three products of the demo: one per licensing model, each under a policy that has seconds for days. */
import { join } from 'node:path';

export interface DemoProduct {
  /** Also the name of its policy file and of its journal entries. */
  readonly name: string;
  readonly plan: string;
  readonly policyFile: string;
  /** What the application does all day, and the feature that it does it with. */
  readonly work: { readonly feature: string; readonly done: string };
}

const policyFile = (name: string) => join(import.meta.dirname, 'policies', `${name}.yaml`);

export const DEMO_PRODUCTS: readonly DemoProduct[] = [
  { name: 'desktop-suite', plan: 'studio', policyFile: policyFile('desktop-suite'), work: { feature: 'edit', done: 'documents saved' } },
  { name: 'api-platform', plan: 'metered', policyFile: policyFile('api-platform'), work: { feature: 'serve', done: 'calls answered' } },
  { name: 'build-server', plan: 'team', policyFile: policyFile('build-server'), work: { feature: 'build', done: 'builds run' } },
];

export function demoProduct(name: string): DemoProduct | undefined {
  return DEMO_PRODUCTS.find((product) => product.name === name);
}
