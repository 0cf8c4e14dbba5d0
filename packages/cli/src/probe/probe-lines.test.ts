import { DAY, EMPTY_SNAPSHOT, instant, type Snapshot, unknownFeature } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { safe } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { probeLines } from './probe-lines.ts';

const asOf = instant(Date.UTC(2026, 5, 1));
const paint: Paint = { bold: safe, dim: safe, good: safe, warn: safe, bad: safe };
const lines = (snapshot: Partial<Snapshot>, zone = 'UTC') =>
  probeLines({ ...EMPTY_SNAPSHOT, ...snapshot }, null, { asOf, zone, paint }).map(String);

function feature(name: string, endsInDays: number | null, used: number, issued = 10) {
  const expiresAt = endsInDays === null ? null : instant(asOf + endsInDays * DAY - 1_000);
  return { ...unknownFeature(name), issued, used, expiresAt, ends: expiresAt === null ? ('permanent' as const) : ('dated' as const) };
}

describe('what a probe saw, for people', () => {
  it('begins with what ends first, then with what is fullest', () => {
    const features = [
      feature('open', null, 1),
      feature('late', 90, 0),
      feature('soon-full', 5, 10),
      feature('soon', 5, 2),
      feature('full', null, 10),
    ];
    const names = lines({ features })
      .slice(2)
      .map((line) => line.match(/soon-full|soon|late|open|full/)?.[0]);
    expect(names).toEqual(['soon-full', 'soon', 'late', 'full', 'open']);
  });

  it('shows the day of an end in the zone of its server, and how long that is', () => {
    const expiresAt = instant(Date.UTC(2026, 5, 30, 21, 59, 59));
    const shown = lines({ features: [{ ...unknownFeature('x'), expiresAt, ends: 'dated' }] }, 'Europe/Berlin');
    expect(shown.join('\n')).toMatch(/2026-06-30 {2}29 days 21 hours {2}x/);
    expect(lines({ features: [{ ...unknownFeature('x'), expiresAt, ends: 'dated' }] }).join('\n')).toContain('2026-06-30 21:59Z');
  });

  it('tells permanent from unsaid, and leaves out columns that nobody fills', () => {
    const shown = lines({ features: [feature('a', null, 1), { ...unknownFeature('b'), queued: 2 }] }).join('\n');
    expect(shown).toMatch(/never .*a .*10 +1 +9/);
    expect(shown).toMatch(/not said .*b /);
    expect(shown).toContain('QUEUED');
    expect(shown).not.toMatch(/POOL|DENIED|LINGERING/);
  });

  it('counts all lines that were not understood, and shows the first', () => {
    const unparsed = Array.from({ length: 30 }, (_, at) => ({ line: at + 1, text: `odd ${at}` }));
    const shown = lines({ unparsed, unparsedCount: 500 }).join('\n');
    expect(shown).toContain('500 lines were not understood');
    expect(shown).toContain('… and 480 more');
  });

  it('shows no name that a terminal would obey', () => {
    const evil = '\x1b]0;x\x07\n=cmd()\u202e';
    const shown = lines({
      ...{ servers: [{ name: evil, state: 'down', reason: evil }], features: [{ ...unknownFeature(evil), version: evil, pool: evil }] },
      ...{ unparsed: [{ line: 1, text: evil }], unparsedCount: 1, notes: [evil], latent: [{ act: 'restart', from: asOf, reason: evil }] },
    });
    for (const line of shown) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(shown.filter((line) => line.includes('=cmd()'))).toHaveLength(5);
  });
});
