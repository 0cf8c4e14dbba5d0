/** From the tree of an agent's local file to what it says, or to every violation at once. Decides form; the machine decides the rest. */
import { API_VERSION } from '../policy/document.ts';
import type { Violation } from '../policy/policy.ts';
import { list, mapping, may, must, type Named, namedItems, oneOfThese, type Place, type Reader } from '../policy/reading.ts';
import { count, duration, exactly, freeKey, freeName, refused, wrongType } from '../policy/values.ts';
import { MINUTE, SECOND } from '../time.ts';
import { isAddressRange } from './address-range.ts';
import type { AgentFile, LocalCommand, LocalCredential } from './agent-file.ts';

const COMMANDS_MAX = 200;
const ARGUMENTS_MAX = 200;
const FOLDERS_MAX = 500;
const RANGES_MAX = 500;
const CREDENTIALS_MAX = 500;
const HOSTS_MAX = 50;
const VARIABLES_MAX = 50;
const ARGUMENT_LENGTH_MAX = 4_096;

export const COMMAND_TIMEOUT_MS = 30 * SECOND;
export const COMMAND_TIMEOUT_MAX_MS = 10 * MINUTE;
const ID_MAX = 2 ** 32 - 2;

export interface CheckedAgentFile {
  /** Null when there are violations. */
  readonly file: AgentFile | null;
  readonly violations: readonly Violation[];
}

/** Total: never throws, whatever the tree. */
export function checkAgentFile(tree: unknown): CheckedAgentFile {
  const violations: Violation[] = [];
  const read = document({ value: tree, path: [], refuse: (violation) => violations.push(violation) });
  return violations.length > 0 || read === undefined ? { file: null, violations } : { file: fileOf(read), violations };
}

/** A text for programs, not for people: any characters but those that end it early. */
const exactText: Reader<string> = (place) => {
  if (typeof place.value !== 'string') return wrongType(place, 'text');
  const { value } = place;
  const isSound = value.length <= ARGUMENT_LENGTH_MAX && !/[\0\n\r]/.test(value);
  return isSound ? value : refused(place, 'malformed-text', 'this text cannot be handed over', 'one line without NUL characters');
};

const absolutePath: Reader<string> = (place) => {
  const path = exactText(place);
  if (path === undefined || isAbsolute(path)) return path;
  return refused(place, 'malformed-text', 'this path is not absolute', 'a path from the root, such as `/opt/flexlm/lmutil`');
};

/** Of POSIX, or of Windows with a drive. */
function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path);
}

const argv: Reader<readonly string[]> = (place) => {
  const words = list(exactText, { atLeast: 1, atMost: ARGUMENTS_MAX })(place);
  if (words === undefined || words.includes(undefined)) return undefined;
  const [program = '', ...rest] = words as readonly string[];
  const at: Place = { ...place, path: [...place.path, 0], value: program };
  return absolutePath(at) === undefined ? undefined : [program, ...rest];
};

const REFERENCE_EXPECTED = '`env:NAME` or `file:/path`';

const reference: Reader<string> = (place) => {
  const words = exactText(place);
  if (words === undefined) return undefined;
  if (/^env:[A-Za-z_][A-Za-z0-9_]*$/.test(words)) return words;
  if (words.startsWith('file:') && isAbsolute(words.slice('file:'.length))) return words;
  // What stands here may be the secret itself: it is not repeated.
  place.refuse({
    ...{ code: 'malformed-text', path: place.path, subject: 'value', message: 'this is no reference to a secret' },
    ...{ found: 'another text', expected: REFERENCE_EXPECTED, didYouMean: null },
  });
  return undefined;
};

const serverAddress: Reader<string> = (place) => {
  const words = exactText(place);
  if (words === undefined || /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/i.test(words)) return words?.replace(/\/+$/, '');
  return refused(place, 'malformed-text', 'this is no address of a control plane', 'such as `https://glidepath.example.com`');
};

const headerName: Reader<string> = (place) => {
  const words = exactText(place);
  if (words === undefined || /^[A-Za-z0-9!#$%&'*+.^_|~-]{1,100}$/.test(words)) return words?.toLowerCase();
  return refused(place, 'malformed-text', 'this is no name of a header', 'such as `X-Vault-Token`');
};

const hostName: Reader<string> = (place) => {
  const words = exactText(place);
  if (words === undefined || /^(?!-)[A-Za-z0-9.:_-]{1,253}$/.test(words)) return words?.toLowerCase();
  return refused(place, 'malformed-text', 'this is no host', 'an exact host name without port or wildcard, such as `vault.example.com`');
};

const range: Reader<string> = (place) => {
  const words = exactText(place);
  if (words === undefined || isAddressRange(words)) return words;
  return refused(place, 'malformed-text', 'this is no range of addresses', 'such as `10.0.0.0/8`, `192.0.2.7` or `fd00::/8`');
};

const variables = namedItems(variableName, exactText, { atLeast: 0, atMost: VARIABLES_MAX });

function variableName(place: Place, name: string): void {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return;
  refused(place, 'malformed-name', 'this is no name of a variable', 'letters, digits and `_`');
}

const command = mapping({
  argv: must(argv),
  timeout: may(duration(SECOND, COMMAND_TIMEOUT_MAX_MS)),
  uid: may(count(0, ID_MAX)),
  gid: may(count(0, ID_MAX)),
  env: may(variables),
});

const credential = mapping({
  from: must(reference),
  header: may(headerName),
  prefix: may(exactText),
  hosts: must(list(hostName, { atLeast: 1, atMost: HOSTS_MAX })),
});

const spec = mapping({
  server: may(serverAddress),
  token: may(reference),
  commands: may(namedItems(freeKey, command, { atLeast: 0, atMost: COMMANDS_MAX })),
  folders: may(list(absolutePath, { atLeast: 0, atMost: FOLDERS_MAX })),
  egress: may(mapping({ allow: may(list(range, { atLeast: 0, atMost: RANGES_MAX })), ca: may(absolutePath) })),
  credentials: may(namedItems(freeKey, credential, { atLeast: 0, atMost: CREDENTIALS_MAX })),
});

const document = mapping({
  apiVersion: must(exactly(API_VERSION, 'unsupported-version')),
  kind: must(agentKind),
  metadata: must(mapping({ name: must(freeName) })),
  spec: may(spec),
});

function agentKind(place: Place): 'Agent' | undefined {
  if (place.value === 'Agent') return 'Agent';
  return refused(place, 'unsupported-kind', 'this is no local file of an agent', oneOfThese(['Agent']));
}

type Document = NonNullable<ReturnType<typeof document>>;

/** Only of a document without violations: whatever is mandatory is there. */
function fileOf({ metadata, spec: given }: Document): AgentFile {
  return {
    name: metadata?.name ?? '',
    server: given?.server ?? null,
    token: given?.token ?? null,
    commands: (given?.commands ?? []).flatMap(commandOf),
    folders: present(given?.folders),
    egress: { allow: present(given?.egress?.allow), ca: given?.egress?.ca ?? null },
    credentials: (given?.credentials ?? []).flatMap(credentialOf),
  };
}

function commandOf({ name, item }: Named<NonNullable<ReturnType<typeof command>>>): readonly LocalCommand[] {
  if (item?.argv === undefined) return [];
  const env = Object.fromEntries((item.env ?? []).map((variable) => [variable.name, variable.item ?? '']));
  return [{ name, argv: item.argv, timeoutMs: item.timeout ?? COMMAND_TIMEOUT_MS, uid: item.uid ?? null, gid: item.gid ?? null, env }];
}

function credentialOf({ name, item }: Named<NonNullable<ReturnType<typeof credential>>>): readonly LocalCredential[] {
  if (item?.from === undefined) return [];
  const header = item.header ?? 'authorization';
  const prefix = item.prefix ?? (header === 'authorization' ? 'Bearer ' : '');
  return [{ name, from: item.from, header, prefix, hosts: present(item.hosts) }];
}

function present<T>(items: readonly (T | undefined)[] | undefined): readonly T[] {
  return (items ?? []).filter((item): item is T & {} => item !== undefined);
}
