/**
 * HashiCorp Vault Enterprise: `GET /v1/sys/license/status`, and the table of `vault license get`.
 *
 * The answer holds the license that the node loaded and the one that the active node last wrote down; they differ where a
 * cluster was reloaded by halves, which is said in a note. The license that is read is the loaded one.
 */
import type { Connector, Snapshot } from '@glidepath/core';
import { hashicorpEnds, hashicorpLatentAt, hashicorpSnapshot, hashicorpText } from '../api/hashicorp-license.ts';
import { apiConnector, fieldOf, type JsonAnswer, type JsonRecord, jsonAnswer, recordOf } from '../api/index.ts';

const PRODUCT = 'Vault';

export const vaultConnector: Connector = apiConnector({
  kind: 'vault',
  title: 'HashiCorp Vault Enterprise',
  example: 'https://vault.example.com:8200',
  credential: 'a token in the header `X-Vault-Token` that may read `sys/license/status`',
  questions: [{ path: '/v1/sys/license/status' }],
  read(source, { zone }) {
    const answer = jsonAnswer(source);
    return answer ? readStatus(answer, zone) : hashicorpText(PRODUCT, source, zone);
  },
  latentAt: hashicorpLatentAt(PRODUCT, 'a node'),
});

function readStatus(answer: JsonAnswer, zone: string): Snapshot | null {
  const root = recordOf(answer.tree);
  const data = root && (recordOf(fieldOf(root, 'data')) ?? root);
  if (!data) return null;
  const license =
    ['autoloaded', 'stored', 'persisted_autoload'].map((key) => recordOf(fieldOf(data, key))).find((one) => one !== null) ?? data;
  const ends = hashicorpEnds(answer, license, zone);
  if (!ends) return null;
  const { unparsed } = answer;
  return hashicorpSnapshot(PRODUCT, ends, { unparsed: unparsed.lines, unparsedCount: unparsed.count, notes: notesOf(data) });
}

function notesOf(data: JsonRecord): readonly string[] {
  const idOf = (key: string) => {
    const license = recordOf(fieldOf(data, key));
    return license ? fieldOf(license, 'license_id') : undefined;
  };
  const [loaded, written] = [idOf('autoloaded'), idOf('persisted_autoload')];
  if (loaded === undefined || written === undefined || loaded === written) return [];
  return ['This node loaded another license than the cluster wrote down; reload the standbys first, the leader last.'];
}
