/** Why a signed word is not believed. A word that is not believed changes nothing: it is no answer, not a "no". */

export const WORD_REASONS = {
  'too-large': 'The word is larger than 256 KiB and was not read.',
  'not-a-word': 'This is not a compact JWS: three parts in strict base64url around JSON objects.',
  'wrong-algorithm': 'The word is not signed with EdDSA.',
  'wrong-type': 'The word is of another type than the one asked for.',
  'critical-header': 'The word has header parameters that it calls critical, and none is understood.',
  'unknown-key': 'The word is signed by a key that the key set does not have.',
  'compromised-key': 'The word is signed by a key that is known to be compromised, and would take something away.',
  'bad-signature': 'The signature does not belong to this word.',
  'outside-key-window': 'The word says that it was signed at a time when its key did not sign.',
  malformed: 'A claim is missing or has the wrong type.',
  'wrong-issuer': 'The word is from another issuer.',
  'wrong-environment': 'The word is for another environment.',
  'wrong-audience': 'The word is for another audience.',
  'wrong-nonce': 'The word answers another request.',
  'wrong-license': 'The word is about another license.',
  'wrong-holder': 'The word is bound to the key of another installation.',
  'older-seq': 'A newer word about this license was seen already.',
  'bad-grant': 'The word is signed under a grant that is itself not believed.',
  'grant-exceeded': 'The word goes beyond what its grant allows.',
  'wrong-operation': 'The proof was made for another operation.',
  'wrong-license-key': 'The proof was made for another license key.',
} as const;

export type WordReason = keyof typeof WORD_REASONS;
