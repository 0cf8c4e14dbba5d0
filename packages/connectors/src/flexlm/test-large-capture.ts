/** A capture of lmstat of any length, for the bench: many features with hundreds of holders each, as large sites have. */

const HOLDERS = 400;

const HEAD = `lmutil - Copyright (c) 1989-2023 Flexera. All Rights Reserved.
Flexible License Manager status on Fri 10/20/2023 17:02

License server status: 27000@lic-1

lic-1: license server UP (MASTER) v11.19.4

Vendor daemon status (on lic-1):

     acmed: UP v11.19.4
Feature usage info:

`;

/** At least this many lines; what it holds follows from its length alone. */
export function largeCapture(linesMin: number): string {
  const parts = [HEAD];
  let lines = HEAD.split('\n').length - 1;
  for (let feature = 0; lines < linesMin; feature += 1) {
    parts.push(`Users of feature${feature}:  (Total of 1000 licenses issued;  Total of ${HOLDERS} licenses in use)\n\n`);
    parts.push(`  "feature${feature}" v6.1, vendor: acmed, expiry: 24-nov-2028\n  floating license\n\n`);
    for (let holder = 0; holder < HOLDERS; holder += 1) parts.push(holderRow(holder));
    parts.push('\n');
    lines += 6 + HOLDERS;
  }
  return parts.join('');
}

function holderRow(holder: number): string {
  const started = `${1 + (holder % 12)}/${1 + (holder % 28)} ${holder % 24}:${String(holder % 60).padStart(2, '0')}`;
  const pid = holder % 5 === 0 ? `, PID: ${holder}` : '';
  return `    user${holder} host${holder % 97} host${holder % 97}:0 (v6.1) (lic-1/27000 ${holder * 7 + 1}), start Mon ${started}${pid}\n`;
}
