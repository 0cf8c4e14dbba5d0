/** Why a key set is not taken over. The reader then goes on with the one that it has. */

export const KEY_SET_REASONS = {
  malformed: 'The bundle, or a document in it, has not the expected form.',
  'no-roots': 'No root is pinned.',
  'wrong-issuer': 'A document in the bundle is from another issuer.',
  'wrong-environment': 'A document in the bundle is for another environment.',
  'broken-root-chain': 'A root in the bundle is not signed by the one before it.',
  'unknown-root': 'The key-set key is not signed by a root that is known.',
  'older-key-set-key': 'The key-set key was replaced by a newer one.',
  'unknown-key-set-key': 'The key set is not signed by the key that the root certified.',
  'outside-key-window': 'The key set was signed at a time when its key did not sign.',
  rollback: 'The key set is older than the one that is held.',
  'broken-chain': 'The key set does not follow the one that is held.',
  'new-key-past-end': 'The key set is past its end and would introduce a key.',
  'un-compromised': 'The key set would take back that a key is compromised.',
} as const;

export type KeySetReason = keyof typeof KEY_SET_REASONS;
