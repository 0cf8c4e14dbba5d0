/** Captures for the contract suite and the fuzzing: every container that certificates come in. */
import type { ContractCase } from '../contract/test-contract.ts';
import { pem, testCertificate, testPrivateKeyPem } from './test-certificates.ts';

const middle = testCertificate({ subject: 'Middle', issuer: 'Root', until: '2027-05-30T10:48:38Z', isAuthority: true, serial: 2 });
const leaf = testCertificate({
  subject: 'www.example.com',
  issuer: 'Middle',
  until: '2027-09-01T12:00:00Z',
  serial: 3,
  names: ['a.example'],
});
const key = testPrivateKeyPem();

export const CASES: readonly ContractCase[] = [
  { name: 'a chain in PEM', source: `subject=CN = x\n${pem(leaf)}${pem(middle)}`, totals: { features: 2 } },
  { name: 'PEM with Windows line ends', source: pem(leaf).replaceAll('\n', '\r\n'), totals: { features: 1 } },
  { name: 'a certificate beside its key', source: pem(leaf) + key, totals: { features: 1 }, secrets: [key.split('\n')[1] ?? key] },
  { name: 'one in DER', source: leaf, totals: { features: 1 } },
  { name: 'several in DER', source: Buffer.concat([leaf, middle]), totals: { features: 2 } },
  { name: 'a block that is cut', source: pem(leaf) + pem(middle).slice(0, 200), totals: { features: 1 }, unparsed: 1 },
];

export const WORDS: readonly string[] = ['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----', '-----BEGIN PRIVATE KEY-----', 'MIIB'];
