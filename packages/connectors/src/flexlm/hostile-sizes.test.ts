import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf } from '../contract/test-contract.ts';
import { flexlmConnector } from './flexlm-connector.ts';

const MANY = 200_000;
const USERS = 'Users of f: (Total of 9 licenses issued;  Total of 9 licenses in use)\n';
const ROW = 'f 1 1 1-jan-2030 d\n';

/** Each would take minutes if a reader looked at anything but each piece once. */
const SOURCES: readonly (readonly [name: string, source: string])[] = [
  ['slashes in a reservation', `${USERS}1 RESERVATION for GROUP g (${'/'.repeat(MANY)}\n`],
  ['slashes in a server', `${USERS}a b c (v1) (${'/'.repeat(MANY)} x), start\n`],
  ['parentheses', `${USERS}${') ('.repeat(MANY)}\n`],
  ['versions', `${USERS}${'(v'.repeat(MANY)} (v1) (a/1 2), start Fri 10/20 16:44\n`],
  ['words of a name', `${USERS}${'a '.repeat(MANY)}(v1) (a/1 2), start Fri 10/20 16:44\n`],
  ['suffixes', `${USERS}a b c (v1) (a/1 2), start Fri 10/20 16:44${', A: b'.repeat(MANY)}\n`],
  ['displays', `${USERS}a b ${':1'.repeat(MANY)}x d (v1) (a/1 2), start Fri 10/20 16:44\n`],
  ['blocks of one name', USERS.repeat(MANY / 2)],
  ['blocks and rows of one name', `${USERS.repeat(MANY / 4)}Feature Version #licenses Expires Vendor\n${ROW.repeat(MANY / 4)}`],
  ['servers asked', `License server status: ${Array.from({ length: MANY }, (_, at) => `1@s${at}`).join()}\n`],
  ['servers answering', `License server status: 1@a\n${Array.from({ length: MANY }, (_, at) => `s${at}: license server UP\n`).join('')}`],
  ['continued lines', `FEATURE f d 1 1-jan-2030 \\\n${'\\\n'.repeat(MANY)}`],
  ['quotes', `FEATURE f d 1 1-jan-2030 1 ${'"'.repeat(MANY)}\n`],
  ['options', `FEATURE f d 1 1-jan-2030 1 ${'A= '.repeat(MANY)}\n`],
  ['unread lines', `FEATURE\n${'FEATURE x\n'.repeat(MANY)}`],
  ['refusals', `16:44:02 (d) DENIED: "${'a'.repeat(MANY)}" u@h\n`.repeat(5)],
  ['one line', 'Users of '.repeat(MANY)],
];

describe('hostile sizes', () => {
  it.each(SOURCES)('%s', async (_name, source) => {
    const { unparsed } = await flexlmConnector.read(bytesOf(source), contextOf({}));
    expect(unparsed.length).toBeLessThanOrEqual(100);
  });
});
