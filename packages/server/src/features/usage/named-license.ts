/** Which license's use is meant: that of the license key, or the one that a principal names. */
import { type Context, type Refusal, refuse } from '../../command.ts';
import { findLicense, nothingCalled } from '../references.ts';
import type { MeterRules } from './meter-rules.ts';

type Asking = Pick<Context, 'actor' | 'store' | 'environment' | 'usage' | 'now'>;

/** A license key speaks for its own license; of others it does not learn whether they exist. */
export async function namedLicense(context: Asking, named: string | undefined): Promise<MeterRules | Refusal> {
  const { actor, store, environment, usage, now } = context;
  const own = actor.kind === 'license-key' ? actor.license : null;
  const id = named ?? own;
  if (id === null) return refuse('bad-input', 'Name the license whose use this is.', { errors: [MISSING] });
  if (own !== null && own !== id) return nothingCalled('license', id);
  // A key was looked up with its license a moment ago.
  if (own === null && (await findLicense(store, environment.id, id)) === null) return nothingCalled('license', id);
  return (await usage.rules(id, now)) ?? nothingCalled('license', id);
}

const MISSING = { path: 'query/license', found: 'nothing', expected: 'the id of a license' };
