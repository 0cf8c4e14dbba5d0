/** An lmstat of any length in FlexLM's own words, with names and numbers of ours: what a large site's server says. */

export interface LmstatText {
  readonly bytes: Uint8Array;
  readonly features: number;
  readonly used: number;
  readonly issued: number;
}

const HEAD = [
  'lmutil - Copyright (c) 1989-2020 Flexera. All Rights Reserved.',
  'Flexible License Manager status on Mon 6/1/2026 09:00',
  '',
  'License server status: 27000@lic-1',
  '    License file(s) on lic-1: /opt/flexlm/license.dat:',
  '',
  '     lic-1: license server UP (MASTER) v11.16',
  '',
  'Vendor daemon status (on lic-1):',
  '',
  '     solverd: UP v11.16',
  'Feature usage info:',
  '',
];

/** About so many lines: features of 96 holders each. */
export function lmstatText(lines: number, hour = 0): LmstatText {
  const holders = 96;
  const perFeature = holders + 5;
  const features = Math.max(1, Math.floor((lines - HEAD.length) / perFeature));
  const text = [...HEAD];
  for (let at = 0; at < features; at++) {
    text.push(`Users of feature_${at}:  (Total of 128 licenses issued;  Total of ${holders} licenses in use)`, '');
    text.push(`  "feature_${at}" v2026.${at % 12}, vendor: solverd, expiry: 24-nov-2028`, '  floating license', '');
    for (let holder = 0; holder < holders; holder++) {
      const minute = String((holder + hour) % 60).padStart(2, '0');
      text.push(
        `    user${holder} node-${at}-${holder} /dev/pts/${holder % 8} (v2026.0) (lic-1/27000 ${holder + 100}), start Mon 6/1 8:${minute}`,
      );
    }
  }
  return { bytes: new TextEncoder().encode(`${text.join('\n')}\n`), features, used: features * holders, issued: features * 128 };
}

/** A small one, as one probe of one licence sees it: `used` of `issued` seats, one line each. */
export function smallLmstat(feature: string, used: number, issued: number, day: string): Uint8Array {
  const rows = Array.from(
    { length: used },
    (_, at) => `    user${at} node-${at} /dev/tty (v1.0) (lic-1/27000 ${at + 100}), start Mon 6/1 8:00`,
  );
  const lines = [
    ...HEAD,
    `Users of ${feature}:  (Total of ${issued} licenses issued;  Total of ${used} licenses in use)`,
    '',
    `  "${feature}" v1.0, vendor: solverd, expiry: ${day}`,
    '  floating license',
    '',
    ...rows,
  ];
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}
