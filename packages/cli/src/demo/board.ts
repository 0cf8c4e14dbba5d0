/** How the demo's applications stand, redrawn in place on a terminal; elsewhere one line per change. */
import type { Shell } from '../shell.ts';
import { type Safe, text } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import { type JournalEntry, JournalReader } from './journal.ts';
import { DEMO_PRODUCTS } from './products.ts';

const DRAW_EVERY_MS = 500;

export class Board {
  private readonly shell: Shell;
  private readonly reader: JournalReader;
  private readonly latest = new Map<string, JournalEntry>();
  private timer: NodeJS.Timeout | null = null;
  private drawnLines = 0;

  constructor(shell: Shell, folder: string) {
    this.shell = shell;
    this.reader = new JournalReader(folder, 'beginning');
  }

  start(): void {
    this.timer = setInterval(() => this.draw(), DRAW_EVERY_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** Prints a line above the board. */
  say(line: Safe): void {
    this.wipe();
    this.shell.screen.say(line);
    this.draw();
  }

  private wipe(): void {
    if (this.drawnLines > 0) process.stdout.write(`\x1b[${this.drawnLines}A\x1b[J`);
    this.drawnLines = 0;
  }

  private draw(): void {
    const { screen, isInteractive } = this.shell;
    const changed: JournalEntry[] = [];
    for (const entry of this.reader.next()) {
      const before = this.latest.get(entry.application);
      this.latest.set(entry.application, entry);
      if (before?.tier !== entry.tier || before.status !== entry.status) changed.push(entry);
    }
    if (!isInteractive) {
      for (const entry of changed) screen.say(text`${entry.application}: tier ${entry.tier}, ${entry.status}, cause ${entry.cause}`);
      return;
    }
    const lines = this.lines();
    this.wipe();
    for (const line of lines) screen.say(line);
    this.drawnLines = lines.length;
  }

  private lines(): readonly Safe[] {
    const { paint } = this.shell.screen;
    const rows = DEMO_PRODUCTS.flatMap(({ name, work }) => {
      const entry = this.latest.get(name);
      if (entry === undefined) return [];
      const tier = entry.cause === 'none' ? paint.good(entry.tier) : paint.warn(entry.tier);
      return [[name, tier, entry.status, `${entry.done} ${work.done}`, `${entry.refused} refused`, entry.works.join(', ')]];
    });
    return table([['application', 'tier', 'licence', 'work', 'essential', 'works'], ...rows]);
  }
}
