/**
 * Reads the debug log of lmgrd and the vendor daemons, for what nothing else tells: who was refused.
 *
 * A log is mostly about other things; only a refusal that cannot be read counts as unread. Refusals are counted since the
 * log's first line, so that a rotated log begins anew.
 */
import { type FeatureReading, type Instant, unknownFeature } from '@glidepath/core';
import { instantOn, type TextLine, type Unparsed } from '../text/index.ts';
import type { FlexlmReading } from './reading.ts';

const ENTRY = /^(?:[0-9]{4}[-/][0-9]{2}[-/][0-9]{2} )?([0-9]{1,2}):([0-9]{2}):([0-9]{2}) \(([^()\s]+)\) (.*)$/;
/** `DENIED: "solver" ana@ws-17 (Licensed number of users already reached. (-4,342))`; old daemons wrote no quotes. */
const USE = /^(OUT|IN|DENIED|QUEUED|DEQUEUED): (?:"([^"]+)"|([^\s"]+)) +\S/;
const TIMESTAMP = /^TIMESTAMP ([0-9]{1,2})\/([0-9]{1,2})\/([0-9]{4})$/;

/** Whether a line begins as a line of a debug log does. */
export function isDebugLogLine(text: string): boolean {
  return ENTRY.test(text.trim());
}

/** Reads the lines of one log. A last line that is cut off is no refusal yet. */
export function readDebugLog(lines: readonly TextLine[], zone: string, unparsed: Unparsed): FlexlmReading {
  const denied = new Map<string, number>();
  let takenAt: Instant | null = null;
  for (const line of lines) {
    const [, hour, minute, second, , said = ''] = ENTRY.exec(line.text.trim()) ?? [];
    const stamp = TIMESTAMP.exec(said);
    if (stamp) takenAt = stampedAt(stamp, [hour, minute, second].map(Number), zone) ?? takenAt;
    const [, act, quoted, bare] = USE.exec(said) ?? [];
    const name = quoted ?? bare;
    if (name !== undefined) denied.set(name, (denied.get(name) ?? 0) + (act === 'DENIED' ? 1 : 0));
    else if (said.startsWith('DENIED:') && !line.isCut) unparsed.add(line);
  }
  const features = [...denied].map(([name, count]): FeatureReading => ({ ...unknownFeature(name), denied: count }));
  return { takenAt, servers: [], features, notes: [`Refusals are counted since the log began, over ${lines.length} lines.`] };
}

function stampedAt(stamp: RegExpExecArray, [hour = 0, minute = 0, second = 0]: readonly number[], zone: string): Instant | null {
  const [month = 0, day = 0, year = 0] = stamp.slice(1).map(Number);
  return instantOn({ year, month, day }, { hour, minute, second }, zone);
}
