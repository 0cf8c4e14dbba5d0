import { describe, expect, it } from 'vitest';
import { holderLine } from './holder-line.ts';

const start = ', start Tue 1/10 9:15';
const at = '(v6.1) (lic-1/27000 1204)';

describe('a line about a holder', () => {
  it.each([
    ['the usual', `ana ws-1 ws-1:0 ${at}${start}`, 'ana', 'ws-1', 1, false],
    ['one that lingers', `ana ws-1 ws-1:0 ${at}${start} (linger: 60 / 600)`, 'ana', 'ws-1', 1, true],
    ['one that is borrowed', `ana ws-1 ws-1:0 ${at}${start} (linger: 172800)`, 'ana', 'ws-1', 1, true],
    [
      'a name of two words and a display of four',
      `jane doe ws-2 ws-2:1 MATLAB session ${at}${start}, 3 licenses`,
      'jane doe',
      'ws-2',
      3,
      false,
    ],
    ['no display', `ana ws-1 ${at}${start}, PID: 4711`, 'ana', 'ws-1', 1, false],
  ])('reads %s', (_, line, user, host, count, isLingering) => {
    expect(holderLine(line)).toMatchObject({ user, host, count, isLingering, isQueued: false, start: { month: 1, day: 10 } });
  });

  it.each([
    ['a half', `ana ws-1 ws-1:0 (v6.1) (lic-1/270`],
    ['words after it that mean nothing', `ana ws-1 ws-1:0 ${at}${start} and so on`],
    ['a number of licenses that is none', `ana ws-1 ws-1:0 ${at}${start}, 99999999999999999999 licenses`],
  ])('is none with %s', (_, line) => {
    expect(holderLine(line)).toBeNull();
  });
});
