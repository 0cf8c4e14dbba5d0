/** HashiCorp Consul Enterprise: `GET /v1/operator/license`, and what `consul license get` prints. */
import type { Connector, Snapshot } from '@glidepath/core';
import { hashicorpEnds, hashicorpLatentAt, hashicorpSnapshot, hashicorpText } from '../api/hashicorp-license.ts';
import { apiConnector, fieldOf, type JsonAnswer, jsonAnswer, listOf, recordOf } from '../api/index.ts';
import { shownText } from '../text/index.ts';

const PRODUCT = 'Consul';
const WARNINGS_MAX = 10;

export const consulConnector: Connector = apiConnector({
  kind: 'consul',
  title: 'HashiCorp Consul Enterprise',
  example: 'https://consul.example.com:8501',
  credential: 'a token in the header `X-Consul-Token` with `operator:read`',
  questions: [{ path: '/v1/operator/license' }],
  read(source, { zone }) {
    const answer = jsonAnswer(source);
    return answer ? readLicense(answer, zone) : hashicorpText(PRODUCT, source, zone);
  },
  latentAt: hashicorpLatentAt(PRODUCT, 'an agent'),
});

function readLicense(answer: JsonAnswer, zone: string): Snapshot | null {
  const root = recordOf(answer.tree);
  const license = root && recordOf(fieldOf(root, 'License'));
  const ends = license && hashicorpEnds(answer, license, zone);
  if (!root || !ends) return null;
  const warnings = listOf(fieldOf(root, 'Warnings'))
    .filter((one) => typeof one === 'string')
    .slice(0, WARNINGS_MAX);
  const notes = [...(fieldOf(root, 'Valid') === false ? ['Consul says that its license is not valid.'] : []), ...warnings.map(shownText)];
  return hashicorpSnapshot(PRODUCT, ends, { unparsed: answer.unparsed.lines, unparsedCount: answer.unparsed.count, notes });
}
