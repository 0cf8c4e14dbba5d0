/** Figures of several policies side by side. */
import { exactWords, type Milliseconds, type PolicyFigures } from '@glidepath/core';
import type { Safe, Sayable } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';

export function figureLines(figures: readonly PolicyFigures[], paint: Paint): readonly Safe[] {
  const head = ['POLICY', 'PLAN', 'OFFLINE', 'EXPOSURE', 'NOTICE', 'WORST TIER', 'GONE THERE'].map((word) => paint.dim(word));
  const rows = figures.map(({ name, plan, offlineMs, exposureMs, worstTier, worstLoss, noticeMs }): readonly Sayable[] => [
    name,
    plan,
    offlineMs === null ? 'for ever' : exactWords(offlineMs),
    exposureWords(exposureMs),
    noticeMs === null ? 'no loss' : exactWords(noticeMs),
    worstTier,
    worstLoss.length === 0 ? 'nothing' : worstLoss.join(', '),
  ]);
  return table([head, ...rows]);
}

function exposureWords(ms: Milliseconds | null): string {
  if (ms === null) return 'for ever';
  return ms === 0 ? 'none' : exactWords(ms);
}
