/**
 * A folder of traps for tests: everything that a disk holds against somebody who walks it, beside a few real licences.
 *
 * Every secret in it begins with `PLANTED`, or is listed, so that a test can look for them where they must not be.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { testLicenseFile } from '../keygen/test-license-files.ts';
import { pem, testCertificate, testPrivateKeyPem } from '../x509/test-certificates.ts';

export interface Traps {
  readonly folder: string;
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

export const LICENSE_KEY = 'PLANTED-KEY-AAAAAA-BBBBBB';
const SIGN = 'PLANTED 0123 4567 89AB CDEF';
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (claims: object) => `${encoded({ alg: 'EdDSA', typ: 'JWT' })}.${encoded(claims)}.PLANTEDsignature${'x'.repeat(40)}`;

export async function plantTraps(folder: string, { certificates = 1_000 } = {}): Promise<Traps> {
  const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
  for (const name of ['certs', 'tls', 'tls/again', 'closed', 'loop', 'node_modules/a', '.git', 'app'])
    mkdirSync(join(folder, name), { recursive: true });
  const privateKey = testPrivateKeyPem();
  const licenseToken = token({ iss: 'https://vendor.example', product: 'Builder', seats: 25, exp: 1_830_000_000 });
  const signIn = token({ iss: 'https://accounts.example', sub: 'me', nonce: 'n', exp: 1_830_000_000 });
  const account = token({ iss: 'kubernetes/serviceaccount', sub: 'system:serviceaccount:a:b' });
  plantLicenses(write, licenseToken);
  write('app/id_token.jwt', signIn);
  write('app/token', account);
  plantCertificates(write, privateKey, certificates);
  plantFiles(folder, write);
  const server = await plantSpecialFiles(folder);
  return {
    folder,
    secrets: [
      LICENSE_KEY,
      'PLANTED',
      SIGN,
      ...privateKey.split('\n').filter((line) => line.length > 20 && !line.startsWith('-')),
      licenseToken,
      signIn,
      account,
    ],
    close: async () => {
      server?.close();
      if (server !== null) await once(server, 'close');
      chmodSync(join(folder, 'closed'), 0o700);
    },
  };
}

type Write = (name: string, content: string | Uint8Array) => void;

function plantLicenses(write: Write, licenseToken: string): void {
  write(
    'lab.lic',
    `SERVER lic-1 001122334455 27000\nVENDOR MLM\nINCREMENT MATLAB MLM 45 31-mar-2027 25 SIGN="${SIGN}"\nINCREMENT Simulink MLM 45 31-mar-2027 5 SIGN="${SIGN}"\nFEATURE Toolbox MLM 45 permanent 2 SIGN="${SIGN}"\n`,
  );
  write('app/license.json', JSON.stringify({ note: 'a licence in JSON', token: licenseToken }));
  write('nuke.dat', 'LICENSE foundry nuke_i 2026.0101 31-dec-2026 7 share=h sig="PLANTEDsig"\n');
  const data = {
    id: 'l',
    type: 'licenses',
    attributes: { name: 'Renderer', key: LICENSE_KEY, expiry: '2027-06-01T00:00:00Z', maxMachines: 5, floating: true },
  };
  const content = { data, meta: { issued: '2026-11-01T00:00:00Z', expiry: '2026-12-01T00:00:00Z', ttl: 1 } };
  write('renderer.lic', testLicenseFile({ content }));
  write('sealed.lic', testLicenseFile({ content, openWith: LICENSE_KEY }));
  write('vault.hclic', `02MV4UU43BK5HGYYTOJZWFQMTMNNEWU33JJV${'PLANTED'.padEnd(80, 'A')}`);
}

function plantCertificates(write: Write, privateKey: string, count: number): void {
  const site = testCertificate({ subject: 'site.example.com', issuer: 'Middle', until: '2027-09-01T12:00:00Z' });
  const middle = testCertificate({ subject: 'Middle', issuer: 'Old Root', until: '2027-01-30T10:48:38Z', isAuthority: true });
  write('tls/site.pem', pem(site) + pem(middle) + privateKey);
  write('tls/again/copy.crt', pem(site));
  for (let number = 0; number < count; number += 1)
    write(
      `certs/node-${number}.pem`,
      pem(
        testCertificate({
          subject: `node-${number}.example`,
          issuer: 'Fleet CA',
          until: `2028-01-01T00:00:${String(number % 60).padStart(2, '0')}Z`,
        }),
      ),
    );
  const roots = Array.from({ length: 30 }, (_, number) =>
    pem(testCertificate({ subject: `Root ${number}`, until: '2040-01-01T00:00:00Z', isAuthority: true })),
  );
  write('ca-bundle.crt', roots.join(''));
}

function plantFiles(folder: string, write: Write): void {
  write('random.dat', Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 7_919) % 256)));
  write('broken.pem', '-----BEGIN CERTIFICATE-----\nPLANTED\n-----END CERTIFICATE-----\n');
  write(
    '\u001b[31mred\n=cmd().pem',
    pem(testCertificate({ subject: '\u001b[2J<script>=cmd()', issuer: 'x', until: '2029-01-01T00:00:00Z' })),
  );
  write('node_modules/a/inside.lic', 'FEATURE hidden x 1 permanent 1 SIGN=1\n');
  write('.git/inside.lic', 'FEATURE hidden x 1 permanent 1 SIGN=1\n');
  // Sparse: five gigabytes that take no room, and a name that says licence.
  write('huge.lic', '');
  truncateSync(join(folder, 'huge.lic'), 5 * 1024 ** 3);
  symlinkSync(join(folder, 'loop'), join(folder, 'loop/again'));
  symlinkSync(folder, join(folder, 'loop/up'));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling.lic'));
  symlinkSync('self.lic', join(folder, 'self.lic'));
  write('closed/secret.lic', 'FEATURE closed x 1 permanent 1 SIGN=1\n');
  write('unreadable.lic', 'FEATURE unreadable x 1 permanent 1 SIGN=1\n');
  chmodSync(join(folder, 'unreadable.lic'), 0);
  chmodSync(join(folder, 'closed'), 0);
}

async function plantSpecialFiles(folder: string): Promise<Server | null> {
  if (process.platform === 'win32') return null;
  symlinkSync('/dev/zero', join(folder, 'zero.lic'));
  symlinkSync('/dev/urandom', join(folder, 'urandom.pem'));
  // A pipe that nobody writes to: whoever opens it waits for ever.
  spawnSync('mkfifo', [join(folder, 'pipe.lic')]);
  const server = createServer().listen(join(folder, 'socket.lic'));
  await once(server, 'listening');
  return server;
}
