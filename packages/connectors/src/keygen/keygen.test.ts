import type { KeyObject } from 'node:crypto';
import { instant, type Snapshot } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { testTools } from '../x509/test-tools.ts';
import { keygenConnector } from './keygen-connector.ts';
import { envelope, testKeys, testLicenseFile } from './test-license-files.ts';

const LICENSE_KEY = 'AAAAAA-BBBBBB-CCCCCC-DDDDDD-V3';
const FILE_END = '2027-01-10T10:00:00.500Z';
const at = (iso: string) => Date.parse(iso);
const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const hexKey = Buffer.from(String(testKeys.ed25519.publicKey.export({ format: 'jwk' }).x), 'base64url').toString('hex');

function content(attributes: object = {}, meta: object = {}, included: readonly object[] = []): object {
  return {
    data: {
      id: 'lic-1',
      type: 'licenses',
      attributes: { name: 'Renderer', key: LICENSE_KEY, expiry: '2027-06-01T00:00:00.000Z', floating: true, maxMachines: 5, ...attributes },
      relationships: { machines: { meta: { count: 3 } }, users: { meta: { count: 2 } } },
    },
    included,
    meta: { issued: '2026-12-11T10:00:00.500Z', expiry: FILE_END, ttl: 2_592_000, ...meta },
  };
}

const read = (source: string, verifyWith: string | null = null, openWith: string | null = null): Promise<Snapshot> =>
  keygenConnector.read(Buffer.from(source), {
    zone: 'UTC',
    now: null,
    verifyWith: verifyWith === null ? null : Buffer.from(verifyWith),
    openWith,
  });

describe('keygen read', () => {
  it('reads name, machines and the earlier of both ends', async () => {
    const snapshot = await read(testLicenseFile({ content: content() }), hexKey);
    expect(snapshot).toMatchObject({ takenAt: at('2026-12-11T10:00:00.500Z'), unparsedCount: 0 });
    expect(snapshot.features).toMatchObject([
      { name: 'Renderer', pool: 'lic-1', issued: 5, used: 3, kind: 'floating', expiresAt: at(FILE_END), ends: 'dated' },
    ]);
    expect(snapshot.notes).toEqual(['the file ends 2027-01-10T10:00:00.500Z, its license 2027-06-01T00:00:00.000Z; the earlier counts']);
  });

  it.each([
    [
      'a license that ends before its file',
      content({ expiry: '2026-12-20T00:00:00Z' }),
      { expiresAt: at('2026-12-20T00:00:00Z'), ends: 'dated' },
    ],
    ['a license without an end', content({ expiry: null }), { expiresAt: at(FILE_END), ends: 'dated' }],
    ['a file without an end', content({}, { expiry: null, ttl: null }), { expiresAt: at('2027-06-01T00:00:00Z'), ends: 'dated' }],
    ['neither', content({ expiry: null }, { expiry: null }), { expiresAt: null, ends: 'permanent' }],
    ['an end that is no date', content({ expiry: 'soon' }, { expiry: 'later' }), { expiresAt: null, ends: 'unstated' }],
    ['no limit', content({ maxMachines: null }), { issued: null, kind: 'uncounted' }],
    ['one machine', content({ floating: false, maxMachines: 1 }), { issued: 1, kind: 'node-locked' }],
  ])('takes %s', async (_, given, expected) => {
    expect((await read(testLicenseFile({ content: given }))).features[0]).toMatchObject(expected);
  });

  it('gives users, uses and entitlements a row each', async () => {
    const given = content({ maxUsers: 10, maxUses: 1_000, uses: 250 }, {}, [
      { id: 'e', type: 'entitlements', attributes: { code: 'EXPORT' } },
    ]);
    expect((await read(testLicenseFile({ content: given }))).features).toMatchObject([
      { name: 'Renderer' },
      { name: 'Renderer users', issued: 10, used: 2, kind: 'named' },
      { name: 'Renderer uses', issued: 1_000, used: 250, kind: 'token' },
      { name: 'EXPORT', pool: 'Renderer', issued: null, expiresAt: at(FILE_END) },
    ]);
  });

  it('says that a license was suspended', async () => {
    expect((await read(testLicenseFile({ content: content({ suspended: true, status: 'SUSPENDED' }) }))).notes).toContain(
      'the license was suspended when the file was made',
    );
  });

  it('reads a machine file by the license that is included', async () => {
    const { data, ...rest } = content() as { data: object };
    const machine = {
      ...rest,
      data: { id: 'm-1', type: 'machines', attributes: { name: 'node 7', fingerprint: 'ab:cd' } },
      included: [data],
    };
    const file = testLicenseFile({ kind: 'machine', content: machine, openWith: `${LICENSE_KEY}ab:cd` });
    expect(await read(file, hexKey, `${LICENSE_KEY}ab:cd`)).toMatchObject({ features: [{ name: 'Renderer', pool: 'lic-1', issued: 5 }] });
  });

  it.each(['ed25519', 'ecdsa-p256', 'rsa-sha256', 'rsa-pss-sha256'])(
    'verifies %s, plain and encrypted, and no other key',
    async (signing) => {
      const { publicKey } = testKeys[signing === 'rsa-pss-sha256' ? 'rsa-sha256' : (signing as 'ed25519')];
      for (const file of [
        testLicenseFile({ content: content(), signing }),
        testLicenseFile({ content: content(), signing, openWith: LICENSE_KEY }),
      ]) {
        const good = await read(file, pemOf(publicKey), LICENSE_KEY);
        expect(good).toMatchObject({ features: [{ name: 'Renderer' }] });
        expect(good.refused).toBeUndefined();
        const other = pemOf(signing === 'ed25519' ? testKeys['rsa-sha256'].publicKey : testKeys.ed25519.publicKey);
        expect(await read(file, other, LICENSE_KEY)).toMatchObject({ features: [], refused: 'bad-signature' });
      }
    },
  );

  it('refuses content that was changed, and a license file passed off as a machine file', async () => {
    const file = testLicenseFile({ content: content() });
    const payload = JSON.parse(Buffer.from(file.split('\n').slice(1, -2).join(''), 'base64').toString()) as { enc: string };
    const changed = envelope('license', { ...payload, enc: Buffer.from(JSON.stringify(content({ maxMachines: 500 }))).toString('base64') });
    for (const source of [changed, envelope('machine', payload)])
      expect(await read(source, hexKey)).toMatchObject({ features: [], refused: 'bad-signature' });
  });

  it.each([
    [null, /opens with the license key/],
    ['wrong', /does not open it/],
  ])('given the license key %j, says so and invents no date', async (openWith, words) => {
    const snapshot = await read(testLicenseFile({ content: content(), openWith: LICENSE_KEY }), hexKey, openWith);
    expect(snapshot).toMatchObject({ features: [], unparsedCount: 0, notes: [expect.stringMatching(words)] });
    expect(snapshot.refused).toBeUndefined();
  });

  it.each([
    ['another algorithm', envelope('license', { enc: 'e30=', sig: 'AA==', alg: 'base64+md5' })],
    ['nothing in it', envelope('license', {})],
    ['no end', testLicenseFile({ content: content() }).slice(0, 200)],
    ['no license in it', testLicenseFile({ content: { meta: {} } })],
    ['no file at all', 'hello'],
  ])('counts one with %s', async (_, source) => {
    expect(await read(source)).toMatchObject({ features: [], unparsedCount: 1 });
  });

  it('never shows the license key', async () => {
    for (const file of [
      testLicenseFile({ content: content() }),
      testLicenseFile({ content: content({ name: null }), openWith: LICENSE_KEY }),
    ])
      expect(JSON.stringify(await read(file, hexKey, LICENSE_KEY))).not.toContain(LICENSE_KEY);
  });

  it('reads nothing wrong from any cut, and never throws', async () => {
    const file = testLicenseFile({ content: content() });
    for (let length = 0; length < file.length - 2; length += 11) expect((await read(file.slice(0, length))).features).toEqual([]);
  });
});

describe('keygen probe', () => {
  const closed = testLicenseFile({ content: content(), openWith: LICENSE_KEY });
  const tools = testTools({
    now: instant(0),
    files: { '/a.lic': closed, '/k': hexKey, '/o': pemOf(testKeys['rsa-sha256'].publicKey) },
    credentials: { renderer: LICENSE_KEY },
  });
  it.each([
    [{ file: '/a.lic', license: 'renderer' }, { ok: true }],
    [{ file: '/a.lic', license: 'renderer', key: '/k' }, { ok: true }],
    [
      { file: '/a.lic', license: 'renderer', key: '/o' },
      { ok: false, reason: 'bad-signature' },
    ],
    [{ file: '/a.lic' }, { ok: false, reason: 'unreadable' }],
    [{ file: '/gone' }, { ok: false, reason: 'file-missing' }],
    [{}, { ok: false, reason: 'bad-settings' }],
  ])('given %j, gives %j', async (settings, expected) => {
    expect(await keygenConnector.probe(settings, tools)).toMatchObject(expected);
  });
});
