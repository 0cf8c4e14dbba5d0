/** HashiCorp Nomad Enterprise: `GET /v1/operator/license`, and what `nomad license get` or `inspect` prints. */
import type { Connector, Snapshot } from '@glidepath/core';
import { hashicorpEnds, hashicorpLatentAt, hashicorpSnapshot, hashicorpText } from '../api/hashicorp-license.ts';
import { apiConnector, fieldOf, type JsonAnswer, jsonAnswer, recordOf } from '../api/index.ts';

const PRODUCT = 'Nomad';

export const nomadConnector: Connector = apiConnector({
  kind: 'nomad',
  title: 'HashiCorp Nomad Enterprise',
  example: 'https://nomad.example.com:4646',
  credential: 'a token in the header `X-Nomad-Token` with `operator:read`',
  questions: [{ path: '/v1/operator/license' }],
  read(source, { zone }) {
    const answer = jsonAnswer(source);
    return answer ? readLicense(answer, zone) : hashicorpText(PRODUCT, source, zone);
  },
  latentAt: hashicorpLatentAt(PRODUCT, 'a server'),
});

function readLicense(answer: JsonAnswer, zone: string): Snapshot | null {
  const root = recordOf(answer.tree);
  const license = root && recordOf(fieldOf(root, 'License'));
  const ends = license && hashicorpEnds(answer, license, zone);
  if (!ends) return null;
  return hashicorpSnapshot(PRODUCT, ends, { unparsed: answer.unparsed.lines, unparsedCount: answer.unparsed.count });
}
