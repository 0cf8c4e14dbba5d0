/** A timestamp of RFC 3339 as an instant. `Date.parse` takes the 31st of February and much that is no timestamp. */
import { DAY, daysFromCivil, daysInMonth, HOUR, type Instant, instant, MINUTE, SECOND } from '@glidepath/core';

const FORM = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/i;

/** Null for what is no timestamp. A leap second is the last millisecond before it; what is finer than that is cut off. */
export function parseTimestamp(text: string): Instant | null {
  const parts = text.length > 64 ? null : FORM.exec(text);
  if (parts === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const [, , , , , , , fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = parts;
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  const isTime = hour <= 23 && minute <= 59 && second <= 60 && Number(offsetHours) <= 23 && Number(offsetMinutes) <= 59;
  if (!isDate || !isTime) return null;
  const inSecond = second === 60 ? 60 * SECOND - 1 : second * SECOND + Number(fraction.slice(0, 3).padEnd(3, '0'));
  const offset = (Number(offsetHours) * HOUR + Number(offsetMinutes) * MINUTE) * (sign === '-' ? -1 : 1);
  return instant(daysFromCivil(year, month, day) * DAY + hour * HOUR + minute * MINUTE + inSecond - offset);
}
