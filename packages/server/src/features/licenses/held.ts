/** Commands that make no sense on a license that somebody else issues: we record what they do, we do not decide it. */
import type { License, Store } from '@glidepath/core';
import { type Refusal, refuse } from '../../command.ts';
import { findLicense, nothingCalled } from '../references.ts';

export const OURS = 'self';

/** A license that we issue, or why there is nothing that an issuer could do. */
export async function findOwnLicense(store: Store, environment: string, id: string): Promise<License | Refusal> {
  const license = await findLicense(store, environment, id);
  if (license === null) return nothingCalled('license', id);
  const { issuer } = license;
  if (issuer === OURS) return license;
  const detail = `${id} is issued by others (${issuer}): change its inventory document and apply it.`;
  return refuse('license-held', detail, { facts: { license: id, issuer } });
}
