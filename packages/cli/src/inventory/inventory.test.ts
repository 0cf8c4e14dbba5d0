import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readInventory } from '@glidepath/protocol/inventory';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { glidepathHere } from '../cli.testkit.ts';
import { amountOf, isoDate } from './import-rows.ts';
import { startControlPlane, type TestControlPlane } from './test-control-plane.ts';

let plane: TestControlPlane;
let folder: string;
beforeEach(async () => {
  plane = await startControlPlane();
  folder = mkdtempSync(join(tmpdir(), 'glidepath-import-'));
});
afterEach(() => {
  plane.stop();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]) => glidepathHere(['inventory', ...args], { HOME: folder, ...plane.env });
function put(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}
const saved = () => {
  const [file = ''] = readdirSync(join(folder, 'out')).filter((name) => name.endsWith('.yaml'));
  const read = readInventory(readFileSync(join(folder, 'out', file)));
  expect(read.violations).toEqual([]);
  return read.documents.map(({ document }) => document);
};

const SHEET = `\ufeffSoftware;Publisher;Expiry Date;Product Key;Cost;Owner;Notes;Team;Lead time;Grace period;Hosts;Auto-renew;Key
MATLAB;MathWorks;31.03.2027;QX7RM-41TPL-88ZKD-0WEVB;"12.000,50 €";ana@example.com, bo@example.com;"two
lines";EDA Team;vendor=14d approval=5;30;lic-1; no;file:/etc/matlab.lic
=cmd();"A ""b""";1.2.2028;;;;;;;;;;
MATLAB;MathWorks;30.06.2027;;;;;;;;;;
;;;;;;;;;;;;
`;

describe('glidepath inventory import', () => {
  it('reads a spreadsheet by the names that people give its columns', async () => {
    const { code, stdout, stderr } = await run(
      'import',
      put('licences.csv', SHEET),
      '--dates',
      'dmy',
      '--currency',
      'eur',
      '--save',
      join(folder, 'out'),
    );
    expect([code, stderr]).toEqual([0, 'left out, for they hold keys: Product Key\nnot read: Notes\n']);
    expect(stdout).toContain('2027-03-31  matlab    MATLAB   MathWorks  eda-team, ana@example.com, bo@example.com');
    expect(saved()).toMatchObject([
      {
        ...{ name: 'matlab', product: 'MATLAB', custody: 'file:/etc/matlab.lic', runsOn: ['lic-1'] },
        contract: { autoRenew: 'no', cost: { amount: 12000.5, currency: 'EUR', per: 'term' }, graceMs: 30 * 86_400_000 },
        owners: { team: 'eda-team', people: ['ana@example.com', 'bo@example.com'] },
        leadTime: [{ name: 'vendor' }, { name: 'approval' }],
      },
      { name: 'cmd', product: '=cmd()', vendor: 'A "b"' },
      { name: 'matlab-2' },
    ]);
    expect(readFileSync(join(folder, 'out', 'licences.yaml'), 'utf8')).not.toContain('41TPL');
  });

  it('lists every row that is wrong with line and column, and writes nothing', async () => {
    const file = put(
      'licences.csv',
      'name,product,vendor,expires,cost,currency,key\nOne,A,,2027-02-30,many,EUR,\na,A,V,2027-03-01,,,QX7RM-41TPL-88ZKD-0WEVB\na,B,V,,,,\n',
    );
    const { code, stderr } = await run('import', file, '--save', join(folder, 'out'));
    expect(code).toBe(2);
    for (const place of [
      ':2, column 1 (name)',
      ':2, column 3 (vendor)',
      ':2, column 4 (expires)',
      ':2, column 5 (cost)',
      ':3, column 7 (key)',
      ':4, column 1 (name)',
    ])
      expect(stderr).toContain(`${file}${place}  `);
    expect(stderr).toContain('3 rows');
    expect(stderr).not.toContain('41TPL');
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('never writes over what somebody changed', async () => {
    const file = put('licences.csv', 'product,vendor\nA,V\n');
    const out = join(folder, 'out');
    expect((await run('import', file, '--save', out)).code).toBe(0);
    expect((await run('import', file, '--save', out)).code).toBe(0);
    writeFileSync(join(out, 'licences.yaml'), '# mine\n');
    const { code, stderr } = await run('import', file, '--save', out);
    expect([code, stderr.includes('holds something else already')]).toEqual([2, true]);
    expect(readFileSync(join(out, 'licences.yaml'), 'utf8')).toBe('# mine\n');
  });

  it('reads the list of Snipe-IT', async () => {
    const file = put(
      'snipe.csv',
      'id,Company,Name,"Serial Number","Purchase Date","Purchase Cost","Order Number",Available,Seats,Supplier,"Expiration Date","Purchase Order Number","Termination Date",Maintained,Manufacturer,Notes\n7,Ours,"Photo, Pro",QX7RM-41TPL,2024-01-01,1200.00,A-1,3,10,Shop,2027-03-31,PO-9,2027-01-31,Yes,Adobe,"=cmd()"\n8,Ours,Editor,,,,,1,1,Shop,,,,No,,\n',
    );
    const { code, stderr } = await run('import', file, '--format', 'snipe-it', '--save', join(folder, 'out'));
    expect(code).toBe(0);
    expect(stderr).toContain('left out, for they hold keys: Serial Number');
    expect(stderr).toContain('1 costs were left out');
    expect(saved()).toMatchObject([
      {
        ...{ product: 'Photo, Pro', vendor: 'Adobe' },
        contract: {
          id: 'PO-9',
          expiresAt: Date.parse('2027-01-31T23:59:59Z'),
          terminatesAt: Date.parse('2027-03-31T23:59:59Z'),
          cost: null,
        },
      },
      { product: 'Editor', vendor: 'Shop', contract: { expiresAt: null } },
    ]);
  });

  it('reads the JSON of Snipe-IT', async () => {
    const date = { date: '2027-03-31', formatted: 'Wed Mar 31, 2027' };
    const row = {
      id: 1,
      name: 'A &amp; B',
      manufacturer: { id: 1, name: 'Vend' },
      product_key: 'QX7RM-41TPL',
      expiration_date: date,
      deleted_at: null,
    };
    const rows = [
      { ...row, purchase_cost_numeric: '99.50', license_email: 'ana@example.com' },
      { ...row, name: 'Gone', deleted_at: date },
    ];
    const { code } = await run(
      'import',
      put('snipe.json', JSON.stringify({ total: 2, rows })),
      '--format',
      'snipe-it',
      '--currency',
      'USD',
      '--save',
      join(folder, 'out'),
    );
    expect(code).toBe(0);
    expect(saved()).toMatchObject([
      { product: 'A & B', vendor: 'Vend', owners: { people: ['ana@example.com'] }, contract: { cost: { amount: 99.5, currency: 'USD' } } },
    ]);
  });

  it('takes ten thousand rows', async () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => `Product ${at},Vendor,2027-03-31`);
    const { code } = await run('import', put('many.csv', `product,vendor,expires\n${rows.join('\n')}\n`), '--save', join(folder, 'out'));
    expect([code, readdirSync(join(folder, 'out')).length]).toEqual([0, 20]);
  });

  it.each([
    ['nothing', '', /is empty/],
    ['no column for the vendor', 'product,who\nA,B\n', /names no column for vendor/],
    ['a quote that is never closed', 'product,vendor\n"A,B\n', /is no table/],
  ])('refuses a file with %s', async (_, content, message) => {
    const { code, stderr } = await run('import', put('x.csv', content));
    expect([code, message.test(stderr)]).toEqual([2, true]);
  });
});

describe('glidepath inventory list and export', () => {
  beforeEach(async () => {
    const file = put(
      'held.csv',
      `product,vendor,expires,owners,team,cost,currency\n=cmd(),-V,2027-03-31,ana@example.com; bo@example.com,eda,10,EUR\n"Late, ""L""",V,2028-03-31,,,,\n`,
    );
    expect((await run('import', file, '--apply')).stdout).toContain('2 to create');
  });

  it('shows what ends first on top, and who owns it', async () => {
    const [, first, second] = (await run('list')).stdout.split('\n');
    expect(first).toMatch(/^2027-03-31 {2}cmd +=cmd\(\) +-V +eda: ana@example.com, bo@example.com/);
    expect(second).toMatch(/^2028-03-31 {2}late-l .* nobody/);
  });

  it('writes no cell that a spreadsheet would run, and reads its own table back to the same', async () => {
    const { stdout } = await run('export', '--format', 'csv');
    expect(stdout.split('\r\n')[1]).toContain(`cmd,"'=cmd()","'-V"`);
    for (const line of stdout.split('\r\n').slice(1)) expect(line).not.toMatch(/(?:^|,)"?[=+\-@]/);
    const again = await run('import', put('again.csv', stdout), '--apply', '--dry-run');
    expect(again.stdout).not.toContain('create  ');
    expect(again.stdout).not.toContain('product ');
  });

  it('writes documents that are documents', async () => {
    const read = readInventory((await run('export', '--format', 'yaml')).stdout);
    expect(read.violations).toEqual([]);
    expect(read.documents.map(({ document }) => document.name)).toEqual(['cmd', 'late-l']);
  });
});

describe('what spreadsheets write', () => {
  it.each([
    ['12,000.50', 12000.5],
    ['12.000,50 €', 12000.5],
    ['$1200', 1200],
    ['1,200', 1200],
    ['7,5', 7.5],
    ['many', 'many'],
  ])('as a cost: %s', (words, amount) => expect(amountOf(words)).toBe(amount));

  it.each([
    ['2027-03-31', 'iso', '2027-03-31'],
    ['2027-03-31 00:00:00', 'iso', '2027-03-31'],
    ['3/4/2027', 'iso', '3/4/2027'],
    ['3/4/2027', 'dmy', '2027-04-03'],
    ['3/4/2027', 'mdy', '2027-03-04'],
    ['31.3.27', 'dmy', '31.3.27'],
  ] as const)('as a day: %s in the order %s', (words, order, day) => expect(isoDate(words, order)).toBe(day));
});
