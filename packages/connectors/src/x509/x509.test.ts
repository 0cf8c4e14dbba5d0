import { instant, type ReadContext, type Snapshot } from '@glidepath/core';
import forge from 'node-forge';
import { beforeAll, describe, expect, it } from 'vitest';
import { pem, testCertificate, testPrivateKeyPem } from './test-certificates.ts';
import { testTools } from './test-tools.ts';
import { x509Connector } from './x509-connector.ts';

const CONTEXT: ReadContext = { zone: 'UTC', now: null, verifyWith: null, openWith: null };
const at = (iso: string) => instant(Date.parse(iso));
const now = at('2027-01-01T00:00:00Z');
const read = (source: string | Uint8Array, openWith: string | null = null) =>
  x509Connector.read(typeof source === 'string' ? Buffer.from(source) : source, { ...CONTEXT, openWith });
const rows = ({ features }: Snapshot) => features.map(({ name, expiresAt, ends }) => [name, expiresAt, ends]);

const root = testCertificate({ subject: 'Old Root', until: '2027-05-30T10:48:38Z', isAuthority: true, serial: 1 });
const middle = testCertificate({ subject: 'Middle', issuer: 'Old Root', until: '2027-05-30T10:48:38Z', isAuthority: true, serial: 2 });
const leaf = testCertificate({
  subject: 'www.example.com',
  issuer: 'Middle',
  until: '2027-09-01T12:00:00Z',
  serial: 3,
  names: ['a.example'],
});

describe('x509 read', () => {
  it('gives each certificate of a bundle once, with its end to the second', async () => {
    const snapshot = await read(`some words\n${pem(leaf)}${pem(middle)}# comment\n${pem(leaf)}${pem(root)}`);
    expect(rows(snapshot)).toEqual([
      ['www.example.com', at('2027-09-01T12:00:00Z'), 'dated'],
      ['Middle', at('2027-05-30T10:48:38Z'), 'dated'],
      ['Old Root', at('2027-05-30T10:48:38Z'), 'dated'],
    ]);
    expect(snapshot.features[0]).toMatchObject({ kind: 'certificate', pool: 'Middle/40000003', version: null, issued: null, used: null });
    expect(snapshot.unparsedCount).toBe(0);
  });

  it('says that a chain ends before its leaf does', async () => {
    const { notes } = await read(pem(leaf) + pem(middle));
    expect(notes).toEqual([
      expect.stringMatching(/^the chain of www\.example\.com ends first at Middle \(issued by Old Root\): 2027-05-30T10:48:38\.000Z/),
    ]);
  });

  it('says nothing about a chain whose leaf ends first', async () => {
    const short = testCertificate({ subject: 'short', issuer: 'Middle', until: '2027-03-01T00:00:00Z' });
    expect((await read(pem(short) + pem(middle))).notes).toEqual([]);
  });

  it('reads DER, also several behind one another, and the trusted kind of OpenSSL', async () => {
    expect(rows(await read(Buffer.concat([leaf, middle])))).toHaveLength(2);
    expect(rows(await read(pem(Buffer.concat([leaf, Buffer.from([0x30, 0x02, 0x30, 0x00])]), 'TRUSTED CERTIFICATE')))).toHaveLength(1);
  });

  it.each([
    ['an end after 2049', { subject: 'x', until: '2061-02-03T04:05:06Z' }, [['x', at('2061-02-03T04:05:06Z'), 'dated']]],
    ['no end', { subject: 'x', until: '9999-12-31T23:59:59Z' }, [['x', null, 'permanent']]],
    [
      'no common name',
      { subject: null, names: ['only.example'], until: '2028-01-01T00:00:00Z' },
      [['only.example', at('2028-01-01T00:00:00Z'), 'dated']],
    ],
    [
      'no name at all',
      { subject: null, organization: 'Acme, Inc', until: '2028-01-01T00:00:00Z' },
      [['O=Acme, Inc', at('2028-01-01T00:00:00Z'), 'dated']],
    ],
  ])('takes a certificate with %s', async (_, given, expected) => {
    expect(rows(await read(testCertificate(given)))).toEqual(expected);
  });

  it('counts a block that is no certificate, and never shows what is in it', async () => {
    const secret = testPrivateKeyPem();
    const broken = pem(Buffer.from('no certificate at all, but long enough to be one'));
    const snapshot = await read(`${pem(leaf)}${broken}${secret}-----BEGIN CERTIFICATE-----\nMIIB`);
    expect(rows(snapshot)).toHaveLength(1);
    expect(snapshot.unparsedCount).toBe(2);
    expect(snapshot.notes).toEqual(['the file holds a private key as well; not read']);
    for (const line of secret.split('\n').filter((words) => words.length > 20 && !words.startsWith('---')))
      expect(JSON.stringify(snapshot)).not.toContain(line);
  });

  it.each([
    ['', 0],
    ['hello', 1],
    ['\x30\x82\xff', 1],
  ])('reads nothing from %j', async (source, unparsed) => {
    expect(await read(Buffer.from(source, 'binary'))).toMatchObject({ features: [], unparsedCount: unparsed });
  });

  it('reads as much as it can of any cut of a bundle, and never throws', async () => {
    const bundle = Buffer.from(pem(leaf) + pem(middle));
    for (let length = 0; length < bundle.length; length += 7) {
      const { features } = await read(bundle.subarray(0, length));
      for (const { expiresAt } of features) expect([at('2027-09-01T12:00:00Z'), at('2027-05-30T10:48:38Z')]).toContain(expiresAt);
    }
    for (let length = 0; length < leaf.length; length += 3) expect((await read(leaf.subarray(0, length))).features).toEqual([]);
  });
});

describe('x509 read of a PKCS#12 store', () => {
  let store: Uint8Array;
  beforeAll(() => {
    const { privateKey, publicKey } = forge.pki.rsa.generateKeyPair(1_024);
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = publicKey;
    certificate.setSubject([{ name: 'commonName', value: 'store.example.com' }]);
    certificate.setIssuer([{ name: 'commonName', value: 'Store CA' }]);
    certificate.validity.notBefore = new Date('2026-01-01T00:00:00Z');
    certificate.validity.notAfter = new Date('2027-11-05T08:09:10Z');
    certificate.sign(privateKey, forge.md.sha256.create());
    const tree = forge.pkcs12.toPkcs12Asn1(privateKey, [certificate], 'open sesame', { algorithm: '3des', count: 10 });
    store = Buffer.from(forge.asn1.toDer(tree).getBytes(), 'binary');
  });

  it('opens it with its password, and keeps no key', async () => {
    const snapshot = await read(store, 'open sesame');
    expect(rows(snapshot)).toEqual([['store.example.com', at('2027-11-05T08:09:10Z'), 'dated']]);
    expect(snapshot.notes).toEqual(['the store holds a private key as well; not kept']);
  });

  it.each([
    [null, /needs its password/],
    ['wrong', /the password does not open it/],
  ])('with the password %j says so, and invents no date', async (password, words) => {
    const snapshot = await read(store, password);
    expect(snapshot).toMatchObject({ features: [], unparsedCount: 0 });
    expect(snapshot.notes).toEqual([expect.stringMatching(words)]);
  });

  it('refuses one that asks for endless work', async () => {
    const tree = forge.asn1.fromDer(Buffer.from(store).toString('binary'));
    const [, , mac] = tree.value as [unknown, unknown, { value: forge.asn1.Asn1[] }];
    mac.value.splice(2, 1, forge.asn1.create(forge.asn1.Class.UNIVERSAL, forge.asn1.Type.INTEGER, false, '\x7f\xff\xff\xff'));
    const snapshot = await read(Buffer.from(forge.asn1.toDer(tree).getBytes(), 'binary'), 'open sesame');
    expect(snapshot.notes).toEqual([expect.stringMatching(/more than 1000000 rounds/)]);
  });
});

describe('x509 probe', () => {
  const old = testCertificate({ subject: 'lic.example', issuer: 'Middle', until: '2027-02-01T00:00:00Z' });
  const renewed = testCertificate({ subject: 'lic.example', issuer: 'Middle', until: '2027-12-01T00:00:00Z' });
  const presenting = (...certificates: readonly Uint8Array[]) => ({ 'lic.example:443': { certificates, untrusted: null } });
  const settings = { endpoint: 'lic.example:443', file: '/etc/tls/lic.pem' };

  it('says that the process still holds the old one: nothing is latent, a restart helps', async () => {
    const outcome = await x509Connector.probe(
      settings,
      testTools({ now, files: { '/etc/tls/lic.pem': pem(renewed) }, endpoints: presenting(old) }),
    );
    expect(outcome).toMatchObject({ ok: true, value: { latent: [], features: [{ expiresAt: at('2027-02-01T00:00:00Z') }] } });
    expect(JSON.stringify(outcome)).toMatch(/still holds the old certificate.*a restart or reload picks up/);
  });

  it('says that the next restart fails once the file has ended under a process that holds a newer one', async () => {
    const outcome = await x509Connector.probe(
      settings,
      testTools({ now, files: { '/etc/tls/lic.pem': pem(old) }, endpoints: presenting(renewed) }),
    );
    if (!outcome.ok) throw new Error(outcome.message);
    const latentAt = (when: string) => x509Connector.latentAt?.(outcome.value, at(when));
    expect(latentAt('2027-01-31T23:59:59Z')).toEqual([]);
    expect(latentAt('2027-02-01T00:00:00Z')).toEqual([
      { act: 'restart', reason: expect.stringContaining('/etc/tls/lic.pem, which ended 2027-02-01') },
    ]);
  });

  it.each([
    ['missing', {}],
    ['no certificate', { '/etc/tls/lic.pem': 'gone' }],
  ])('says that the next restart fails when the file is %s', async (_, files) => {
    const outcome = await x509Connector.probe(settings, testTools({ now, files, endpoints: presenting(renewed) }));
    if (!outcome.ok) throw new Error(outcome.message);
    expect(x509Connector.latentAt?.(outcome.value, now)).toHaveLength(1);
  });

  it('is quiet when file and endpoint agree', async () => {
    const outcome = await x509Connector.probe(
      settings,
      testTools({ now, files: { '/etc/tls/lic.pem': pem(old) }, endpoints: presenting(old) }),
    );
    expect(outcome).toMatchObject({ ok: true, value: { latent: [], notes: [], servers: [{ name: 'lic.example:443', state: 'up' }] } });
  });

  it('reads a folder, and says which files gave nothing', async () => {
    const files = { '/pki/a.pem': pem(old), '/pki/b.crt': pem(renewed), '/pki/c.pem': 'no', '/pki/notes.txt': pem(leaf) };
    const outcome = await x509Connector.probe({ folder: '/pki' }, testTools({ now, files }));
    expect(outcome).toMatchObject({ ok: true, value: { features: [{}, {}], notes: ['c.pem: no certificate in it'] } });
  });

  it.each([
    [{}, 'bad-settings'],
    [{ endpoint: 'lic.example' }, 'bad-settings'],
    [{ endpoint: 'other.example:443' }, 'unreachable'],
    [{ file: '/missing' }, 'file-missing'],
    [{ folder: '/missing' }, 'file-missing'],
    [{ file: '/etc/tls/empty.pem' }, 'unreadable'],
  ])('given %j, fails as %s', async (given, reason) => {
    const tools = testTools({ now, files: { '/etc/tls/empty.pem': 'x' }, endpoints: presenting(old) });
    expect(await x509Connector.probe(given, tools)).toMatchObject({ ok: false, reason });
  });
});
