/**
 * Writes the conformance vectors of signed words, from keys of fixed seeds.
 *
 * Vectors are promises to others and frozen once they are committed: a file that is there is left as it is. To promise
 * something else, say why in the commit that removes the file and writes it anew. Usage: `node tools/vectors.ts`.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { newSecret, SECRET_PREFIXES, type SecretKind } from '@glidepath/protocol/ids';
import { ERROR_CODES, ERRORS } from '../packages/protocol/src/errors/errors.ts';
import { grantVectors, proofVectors } from './vectors/grant.ts';
import { jwksVector, keySetVectors, thumbprintVectors } from './vectors/key-set.ts';
import { leaseVectors, verdictVectors } from './vectors/lease.ts';

const errorVectors = {
  about: 'Every error code of the HTTP API. A code keeps its status and its meaning.',
  rows: ERROR_CODES.map((code) => ({ code, status: ERRORS[code].status, retryable: ERRORS[code].retryable })),
};

const secretVectors = {
  about: 'Secrets from 20 bytes (hex). In `malformed` a character was changed, or two neighbours swapped.',
  rows: (Object.keys(SECRET_PREFIXES) as SecretKind[]).map((kind, index) => {
    const bytes = Uint8Array.from({ length: 20 }, (_, place) => (place * 11 + index) & 0xff);
    return { kind, bytes: Buffer.from(bytes).toString('hex'), text: newSecret(kind, { bytes: () => bytes }) };
  }),
  malformed: [
    { kind: 'license-key', text: 'glk_005hc89c6x14tp33dswr93wtmprbqhph9' },
    { kind: 'license-key', text: 'glk_005hc89c6x14tp33dswr93wtmprbqhhp8' },
    { kind: 'license-key', text: 'glk_005hc89c6x14tp33dswr93wtmprbqhph' },
    { kind: 'license-key', text: 'GLK_005HC89C6X14TP33DSWR93WTMPRBQHPH8' },
    { kind: 'token', text: 'glk_005hc89c6x14tp33dswr93wtmprbqhph8' },
  ],
};

const FILES: Readonly<Record<string, object>> = {
  'lease/vectors.json': leaseVectors,
  'verdict/vectors.json': verdictVectors,
  'grant/vectors.json': grantVectors,
  'proof/vectors.json': proofVectors,
  'keyset/vectors.json': keySetVectors,
  'keyset/thumbprints.json': thumbprintVectors,
  'keyset/jwks.json': jwksVector,
  'errors/vectors.json': errorVectors,
  'secrets/vectors.json': secretVectors,
};

for (const [name, content] of Object.entries(FILES)) {
  const file = join(import.meta.dirname, '../conformance', name);
  const isThere = existsSync(file);
  if (!isThere) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  }
  console.log(`${isThere ? 'kept   ' : 'written'} conformance/${name}`);
}
