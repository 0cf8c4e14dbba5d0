/**
 * The columns that `inventory import` reads and `inventory export` writes, with the names that others give them.
 *
 * Columns that hold keys are named so that they are never read: an inventory is shown to many.
 */

export const FIELDS = [
  ...['name', 'product', 'vendor', 'contract', 'expires', 'notice-by', 'terminates', 'auto-renew', 'cost', 'currency', 'cost-per', 'grace'],
  ...['zone', 'lead-time', 'team', 'owners', 'key', 'runs-on', 'dependents', 'policy', 'plan', 'probe', 'feature', 'found-in'],
] as const;
export type Field = (typeof FIELDS)[number];

interface Column {
  readonly about: string;
  readonly synonyms: readonly string[];
  /** Where its value stands in a document. */
  readonly path: readonly string[];
}

export const COLUMNS: Readonly<Record<Field, Column>> = {
  name: { about: 'name of the document; default: made from the product', synonyms: ['id', 'slug', 'document'], path: ['metadata', 'name'] },
  product: {
    about: 'what it is for',
    synonyms: ['software', 'software name', 'license', 'licence', 'license name', 'title'],
    path: ['spec', 'product'],
  },
  vendor: { about: 'who issues it', synonyms: ['manufacturer', 'publisher', 'supplier', 'issuer'], path: ['spec', 'vendor'] },
  contract: {
    about: 'number of the contract',
    synonyms: ['contract id', 'contract number', 'agreement', 'order number', 'po number'],
    path: ['spec', 'contract', 'id'],
  },
  expires: {
    about: 'last day',
    synonyms: ['expiry', 'expiry date', 'expiration', 'expiration date', 'valid until', 'end date', 'ends', 'renewal date'],
    path: ['spec', 'contract', 'expires'],
  },
  'notice-by': {
    about: 'last day on which it can be cancelled',
    synonyms: ['notice', 'notice date', 'notice deadline', 'cancel by'],
    path: ['spec', 'contract', 'noticeBy'],
  },
  terminates: {
    about: 'last day of running instances',
    synonyms: ['termination', 'termination date'],
    path: ['spec', 'contract', 'terminates'],
  },
  'auto-renew': { about: 'yes or no', synonyms: ['auto renewal', 'renews'], path: ['spec', 'contract', 'autoRenew'] },
  cost: { about: 'a number', synonyms: ['price', 'amount', 'purchase cost', 'annual cost'], path: ['spec', 'contract', 'cost', 'amount'] },
  currency: { about: 'such as EUR', synonyms: [], path: ['spec', 'contract', 'cost', 'currency'] },
  'cost-per': {
    about: 'year, month or term; default: term',
    synonyms: ['per', 'billing period'],
    path: ['spec', 'contract', 'cost', 'per'],
  },
  grace: {
    about: "the vendor's grace, such as 30d",
    synonyms: ['grace period', 'grace allowed'],
    path: ['spec', 'contract', 'graceAllowed'],
  },
  zone: { about: 'time zone in which its days end', synonyms: ['time zone', 'timezone'], path: ['spec', 'zone'] },
  'lead-time': { about: '30d, or vendor=14d approval=5d', synonyms: ['lead times'], path: ['spec', 'leadTime'] },
  team: { about: 'team that owns it', synonyms: ['owner team', 'department'], path: ['spec', 'owners', 'team'] },
  owners: {
    about: 'people who are told, with ; between',
    synonyms: ['owner', 'people', 'contact', 'contacts', 'owner email', 'licensed to email'],
    path: ['spec', 'owners', 'people'],
  },
  key: {
    about: 'where the key is kept, such as file:/etc/app.lic; never the key',
    synonyms: ['custody', 'key reference'],
    path: ['spec', 'key'],
  },
  'runs-on': { about: 'hosts, with ; between', synonyms: ['host', 'hosts', 'server', 'servers'], path: ['spec', 'runsOn'] },
  dependents: { about: 'what stops with it, with ; between', synonyms: ['used by', 'services'], path: ['spec', 'dependents'] },
  policy: { about: 'default: held', synonyms: [], path: ['spec', 'policy'] },
  plan: { about: "default: the policy's only plan", synonyms: [], path: ['spec', 'plan'] },
  probe: { about: 'name of the probe that watches it', synonyms: [], path: ['spec', 'watch'] },
  feature: { about: 'what of the probe', synonyms: [], path: ['spec', 'watch'] },
  'found-in': { about: 'where it was found', synonyms: ['source'], path: ['spec', 'foundIn'] },
};

/** Never read, whatever they hold. */
const KEY_COLUMNS = new Set([
  'productkey',
  'licensekey',
  'licencekey',
  'serial',
  'serialnumber',
  'activationkey',
  'password',
  'secret',
  'token',
]);

const BY_WORD: ReadonlyMap<string, Field> = new Map(
  FIELDS.flatMap((field) => [field, ...COLUMNS[field].synonyms].map((word): [string, Field] => [plain(word), field])),
);

/** The field of a heading, by its letters and digits alone. */
export function fieldOf(heading: string): Field | null {
  return BY_WORD.get(plain(heading)) ?? null;
}

export function holdsKeys(heading: string): boolean {
  return KEY_COLUMNS.has(plain(heading));
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, '');
}
