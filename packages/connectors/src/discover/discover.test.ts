import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '@glidepath/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pem, testCertificate } from '../x509/test-certificates.ts';
import { type DiscoverInput, type Discovery, discover } from './discover.ts';
import type { Run } from './kubernetes.ts';
import { plantTraps, type Traps } from './test-traps.ts';

const now = instant(Date.parse('2026-11-23T00:00:00Z'));
const at = (iso: string) => Date.parse(iso);
const home = mkdtempSync(join(tmpdir(), 'glidepath-discover-'));
const input = (given: Partial<DiscoverInput>): DiscoverInput => ({
  ...{ paths: [], env: {}, zone: 'UTC', now, monotonic: () => performance.now(), run: null, egress: null, progress: () => {} },
  ...given,
});

let traps: Traps;
let discovery: Discovery;
beforeAll(async () => {
  mkdirSync(join(home, 'traps'));
  traps = await plantTraps(join(home, 'traps'), { certificates: 300 });
  discovery = await discover(input({ paths: [traps.folder] }));
});
afterAll(async () => {
  await traps.close();
  rmSync(home, { recursive: true, force: true });
});

const row = (name: string) => discovery.found.find((one) => one.name.startsWith(name));
const skipped = (reason: string) =>
  discovery.skipped.filter((one) => one.reason === reason).map(({ place }) => place.slice(traps.folder.length + 1));

describe('discover in a folder of traps', () => {
  it.each([
    [
      'MATLAB, Simulink',
      { kind: 'flexlm', vendor: 'MathWorks', expiresAt: at('2027-03-31T23:59:59Z'), count: 2, issued: null, runsOn: ['lic-1'] },
    ],
    ['Toolbox', { ends: 'permanent', expiresAt: null, issued: 2 }],
    ['nuke_i', { kind: 'rlm-file', vendor: 'Foundry', expiresAt: at('2026-12-31T23:59:59Z'), issued: 7 }],
    ['Builder', { kind: 'jwt', vendor: 'vendor.example', expiresAt: 1_830_000_000_000, issued: 25 }],
    ['Renderer', { kind: 'keygen', expiresAt: at('2026-12-01T00:00:00Z'), issued: 5 }],
    ['sealed.lic', { kind: 'keygen', ends: 'unstated', expiresAt: null }],
    ['vault.hclic', { kind: 'hashicorp', ends: 'unstated' }],
    ['300 certificates', { kind: 'x509', vendor: 'Fleet CA', count: 300, expiresAt: at('2028-01-01T00:00:00Z') }],
  ])('finds %s', (name, expected) => {
    expect(row(name)).toMatchObject(expected);
  });

  it('says where, by line', () => {
    expect(row('MATLAB')?.places).toEqual([join(traps.folder, 'lab.lic:3')]);
  });

  it('takes the end of a chain that comes first, and the same certificate in two places as one', () => {
    expect(row('site.example.com')).toMatchObject({
      expiresAt: at('2027-01-30T10:48:38Z'),
      places: [join(traps.folder, 'tls/site.pem:1'), join(traps.folder, 'tls/again/copy.crt:1')],
    });
    expect(row('site.example.com')?.notes[0]).toMatch(/ends first at Middle/);
  });

  it.each([
    ['no-license-token', ['app/id_token.jwt:1', 'app/token:1']],
    ['trust-store', ['ca-bundle.crt']],
    ['too-large', ['huge.lic']],
    ['not-understood', ['broken.pem']],
    ['nothing-in-it', ['random.dat']],
    ['not-searched', ['.git', 'node_modules']],
    ['special-file', ['pipe.lic', 'socket.lic', 'urandom.pem', 'zero.lic']],
  ])('says that it left out as %s: %j', (reason, places) => {
    expect(skipped(reason).toSorted()).toEqual(places);
  });

  it('walks each folder once, whatever links say', () => {
    expect(skipped('seen-already').toSorted()).toEqual(['loop/again', 'loop/up']);
  });

  it('says what it may not read', () => {
    // Nothing stops root from reading.
    expect(skipped('unreadable').toSorted()).toEqual(process.getuid?.() === 0 ? [] : ['closed', 'unreadable.lic']);
  });

  it('keeps no secret', () => {
    const said = JSON.stringify(discovery);
    for (const secret of traps.secrets) expect(said).not.toContain(secret);
    expect(discovery.found.some(({ name }) => name === 'hidden')).toBe(false);
  });

  it('drafts an inventory that the rules accept', () => {
    expect(discovery.refused).toEqual([]);
    const drafts = new Map(discovery.documents.map((document) => [document.name, document]));
    expect(drafts.get('mlm-lab-lic')).toMatchObject({
      kind: 'HeldLicense',
      ...{
        vendor: 'MathWorks',
        custody: `file:${traps.folder}/lab.lic`,
        contract: { expiresAt: null },
        watches: [{ probe: 'flexlm-lab-lic' }],
      },
    });
    expect(drafts.get('flexlm-lab-lic')).toMatchObject({
      kind: 'Probe',
      probeKind: 'flexlm',
      settings: { file: join(traps.folder, 'lab.lic') },
    });
    // Nothing here watches a file of RLM, so that the end is written down.
    expect(drafts.get('foundry-nuke-dat')).toMatchObject({ contract: { expiresAt: at('2026-12-31T23:59:59Z') }, watches: [] });
    expect(drafts.get('x509-certs')).toMatchObject({ settings: { folder: join(traps.folder, 'certs') } });
  });
});

describe('discover within its limits', () => {
  it('stops after as many files as it may read, and says so', async () => {
    const { skipped: left, searched } = await discover(input({ paths: [join(traps.folder, 'certs')], filesMax: 5 }));
    expect(left).toContainEqual({ place: join(traps.folder, 'certs'), reason: 'too-many', message: null });
    expect(searched.files).toBeLessThanOrEqual(5);
  });

  it('stops when its time is over, and says so', async () => {
    let time = 0;
    const monotonic = () => {
      time += 100;
      return time;
    };
    const { skipped: left } = await discover(input({ paths: [traps.folder], monotonic, walkMaxMs: 2_000 }));
    expect(left.some(({ reason }) => reason === 'out-of-time')).toBe(true);
  });

  it('takes a folder without licences for what it is', async () => {
    mkdirSync(join(home, 'empty'));
    expect(await discover(input({ paths: [join(home, 'empty'), join(home, 'nowhere')] }))).toMatchObject({
      found: [],
      skipped: [],
      documents: [],
    });
  });
});

describe('discover in the environment', () => {
  const places = async (env: Record<string, string>) => {
    const { found, skipped: left, documents } = await discover(input({ env }));
    return {
      rows: found.map(({ kind, name, vendor, places: where }) => [kind, name, vendor, where[0]]),
      left,
      said: JSON.stringify([found, left, documents]),
    };
  };

  it.each([
    ['LM_LICENSE_FILE', '27000@lic-1', [['flexlm', '27000@lic-1', 'unknown', '$LM_LICENSE_FILE']]],
    [
      'LM_LICENSE_FILE',
      '27000@a;@b',
      [
        ['flexlm', '27000@a', 'unknown', '$LM_LICENSE_FILE'],
        ['flexlm', '@b', 'unknown', '$LM_LICENSE_FILE'],
      ],
    ],
    [
      'MLM_LICENSE_FILE',
      '1@a,1@b,1@c:1@d',
      [
        ['flexlm', '1@a,1@b,1@c', 'MathWorks', '$MLM_LICENSE_FILE'],
        ['flexlm', '1@d', 'MathWorks', '$MLM_LICENSE_FILE'],
      ],
    ],
    ['CDS_LIC_FILE', '5280@cad', [['flexlm', '5280@cad', 'Cadence', '$CDS_LIC_FILE']]],
    ['RLM_LICENSE', '5053@r', [['rlm', '5053@r', 'unknown', '$RLM_LICENSE']]],
    ['foundry_LICENSE', '4101@r', [['rlm', '4101@r', 'Foundry', '$foundry_LICENSE']]],
    ['LMX_LICENSE_PATH', '6200@x', [['lmx', '6200@x', 'X-Formation', '$LMX_LICENSE_PATH']]],
    ['LSTC_LICENSE_SERVER', '31010@d', [['lsdyna', '31010@d', 'Ansys (LS-DYNA)', '$LSTC_LICENSE_SERVER']]],
    ['VAULT_ADDR', 'https://vault.example:8200', [['vault', 'Vault at vault.example:8200', 'HashiCorp', '$VAULT_ADDR']]],
    ['CONSUL_HTTP_ADDR', '127.0.0.1:8500', [['consul', 'Consul at 127.0.0.1:8500', 'HashiCorp', '$CONSUL_HTTP_ADDR']]],
    ['ES_HOSTS', 'https://es-1:9200,https://es-2:9200', [['elasticsearch', 'Elasticsearch at es-1:9200', 'Elastic', '$ES_HOSTS']]],
    ['GH_HOST', 'git.example.com', [['github-enterprise', 'GitHub Enterprise Server at git.example.com', 'GitHub', '$GH_HOST']]],
    ['GITHUB_SERVER_URL', 'https://github.com', []],
    ['CI_SERVER_URL', 'https://gitlab.com', []],
  ])('reads %s=%s', async (name, value, expected) => {
    expect((await places({ [name]: value })).rows).toEqual(expected);
  });

  it('reads files that variables name, wherever they lie', async () => {
    expect(
      (
        await places({
          LM_LICENSE_FILE: `${traps.folder}/lab.lic:27000@x`,
          GF_ENTERPRISE_LICENSE_PATH: join(traps.folder, 'app/license.json'),
        })
      ).rows
        .map(([, name]) => name)
        .toSorted(),
    ).toEqual(['27000@x', 'Builder', 'MATLAB, Simulink', 'Toolbox']);
  });

  it('repeats no password and no value that it did not recognise', async () => {
    const { said, left } = await places({
      VAULT_ADDR: 'https://ana:PLANTEDpw@vault.example/?token=PLANTEDtoken',
      ACME_LICENSE_FILE: 'PLANTED-0123-4567',
      VAULT_TOKEN: 'hvs.PLANTED',
      APP_LICENSE_KEY: 'PLANTEDkey',
    });
    expect(said).not.toContain('PLANTED');
    expect(said).toContain('Vault at vault.example');
    expect(left.map(({ reason }) => reason)).toEqual(['nothing-in-it', 'not-asked']);
  });
});

describe('discover in Kubernetes', () => {
  const certificate = testCertificate({ subject: 'ingress.example', issuer: 'x', until: '2027-02-03T04:05:06Z' });
  const secrets: Record<string, unknown[]> = {
    'kubernetes.io/tls': [
      {
        metadata: { namespace: 'web', name: 'tls' },
        type: 'kubernetes.io/tls',
        data: { 'tls.crt': Buffer.from(pem(certificate)).toString('base64'), 'tls.key': 'UExBTlRFRA==' },
      },
    ],
    Opaque: [
      {
        metadata: { namespace: 'lab', name: 'flexlm' },
        type: 'Opaque',
        data: { 'lab.lic': Buffer.from('FEATURE a mlm 1 31-mar-2027 3 SIGN=PLANTED\n').toString('base64'), password: 'UExBTlRFRA==' },
      },
    ],
  };
  const asked: string[][] = [];
  const cluster =
    (answers: boolean): Run =>
    async (argv) => {
      asked.push([...argv]);
      if (argv[1] === 'config') return { code: 0, stdout: Buffer.from('lab\n') };
      const type = argv.find((word) => word.startsWith('--field-selector='))?.slice('--field-selector=type='.length) ?? '';
      return answers ? { code: 0, stdout: Buffer.from(JSON.stringify({ items: secrets[type] })) } : { code: 1, stdout: Buffer.alloc(0) };
    };

  it('finds certificates and licences in secrets, and decodes no key', async () => {
    const { found, documents, skipped: left } = await discover(input({ run: cluster(true) }));
    expect(found).toMatchObject([
      { name: 'a', custody: 'k8s:lab/flexlm#lab.lic', places: ['secret lab/flexlm (lab.lic):1'] },
      { name: 'ingress.example', places: ['secret web/tls (tls.crt)'], probe: null },
    ]);
    expect(documents).toMatchObject([
      { contract: { expiresAt: at('2027-03-31T23:59:59Z') } },
      { contract: { expiresAt: at('2027-02-03T04:05:06Z') } },
    ]);
    expect(JSON.stringify([found, documents, left])).not.toMatch(/PLANTED|UExBTlRFRA/);
    expect(asked.every(([program]) => program === 'kubectl')).toBe(true);
  });

  it('says that the cluster did not answer', async () => {
    expect(await discover(input({ run: cluster(false) }))).toMatchObject({
      found: [],
      skipped: [{ place: 'kubectl get secrets', reason: 'no-answer' }],
    });
  });

  it('is silent where there is no cluster', async () => {
    expect(await discover(input({ run: async () => null }))).toMatchObject({ found: [], skipped: [] });
  });
});

describe('discover with a file that somebody named', () => {
  it('reports it even when nothing is in it', async () => {
    const file = join(home, 'notes.txt');
    writeFileSync(file, 'nothing');
    chmodSync(file, 0o600);
    expect((await discover(input({ paths: [file] }))).skipped).toEqual([{ place: file, reason: 'nothing-in-it', message: null }]);
  });
});
