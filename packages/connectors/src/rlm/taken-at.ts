/** When an output of rlmstat was taken: it prints since when it counts, and for how long it has counted. */
import { after, DAY, HOUR, type Instant, MINUTE, SECOND } from '@glidepath/core';
import { instantOn, monthNamed, type TextLine } from '../text/index.ts';

/** The shortest count of the three, so that a change of the clocks rarely lies within it. */
const RECENT =
  /^\s*Recent Statistics \((?:([0-9]{1,4})d )?([0-9]{2}):([0-9]{2}):([0-9]{2})\), init time: [A-Z][a-z]{2} ([A-Z][a-z]{2})\s+([0-9]{1,2}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([0-9]{4})\s*$/;

/** By the first server's count; null where none is printed. */
export function takenAtOf(lines: readonly TextLine[], zone: string): Instant | null {
  for (const { text } of lines) {
    const found = RECENT.exec(text);
    if (!found) continue;
    const month = monthNamed(found[5] ?? '');
    const [days, hours, minutes, seconds] = [1, 2, 3, 4].map((index) => Number(found[index] ?? 0)) as [number, number, number, number];
    const [day, hour, minute, second, year] = [6, 7, 8, 9, 10].map((index) => Number(found[index])) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const begun = month === null ? null : instantOn({ year, month, day }, { hour, minute, second }, zone);
    if (begun !== null) return after(begun, days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND);
  }
  return null;
}
