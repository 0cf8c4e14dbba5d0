/**
 * Keeps buffered reports, and the tasks that were last known, over a restart of the agent.
 *
 * While the control plane answers, nothing of the reports is written: they are gone in seconds. From the first failure on
 * each goes to the end of a file, one JSON text a line; the file is written anew, and put in its place in one step, when more
 * of it is stale than not. A line torn by a power cut is passed over. Nothing is synced: what is lost with the power is asked
 * for again by the next run of its probe. A disk that refuses is told once, and the agent goes on in memory.
 */
import { instant } from '@glidepath/core';
import type { AgentLog } from '../log.ts';
import type { HeldReport, ReportBuffer } from './report-buffer.ts';
import type { ProbeTask } from './transport.ts';

/** Small files by name, in a place of the agent's own. Calls may reject. */
export interface AgentFiles {
  /** Null: there is none. */
  read(name: string): Promise<string | null>;
  append(name: string, text: string): Promise<void>;
  /** As a whole or not at all. */
  replace(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
}

const REPORTS_FILE = 'reports.jsonl';
const STATE_FILE = 'state.json';
/** So many stale lines are never worth a new file. */
const STALE_LEAST = 1_000;

export interface ReportShelf {
  /** What was kept; the tasks are the last known ones. */
  load(): Promise<readonly ProbeTask[]>;
  /** A report came while the control plane is away. */
  kept(report: HeldReport): void;
  /** The control plane went away: all that is buffered is written. */
  spill(): void;
  /** All was delivered, or tasks have changed: then they are another list, compared by identity. */
  settled(tasks: readonly ProbeTask[]): void;
  /** Resolves when all that was asked for is done. */
  idle(): Promise<void>;
}

export function createReportShelf(files: AgentFiles, buffer: ReportBuffer, log: AgentLog): ReportShelf {
  let queue: Promise<void> = Promise.resolve();
  let isRefusing = false;
  let linesInFile = 0;
  let kept: { readonly tasks: readonly ProbeTask[]; readonly dropped: number } | null = null;

  function later(work: () => Promise<void>): void {
    queue = queue.then(work).then(
      () => {
        if (isRefusing) log.info('agent.disk-works-again');
        isRefusing = false;
      },
      (error: unknown) => {
        if (!isRefusing) log.warn('agent.disk-refuses', { error });
        isRefusing = true;
      },
    );
  }

  async function writeAll(): Promise<void> {
    const lines = buffer.all.map(({ json }) => json);
    linesInFile = lines.length;
    await files.replace(REPORTS_FILE, `${[JSON.stringify({ dropped: buffer.dropped }), ...lines].join('\n')}\n`);
  }

  return {
    async load() {
      try {
        const text = (await files.read(REPORTS_FILE)) ?? '';
        for (const line of text.split('\n')) restoreLine(buffer, line);
        linesInFile = text === '' ? 0 : text.split('\n').length;
        kept = stateOf(await files.read(STATE_FILE));
        buffer.restoreDropped(kept.dropped);
        return kept.tasks;
      } catch (error) {
        log.warn('agent.disk-refuses', { error });
        isRefusing = true;
        return [];
      }
    },
    kept(report) {
      later(async () => {
        linesInFile += 1;
        if (linesInFile > buffer.size * 2 + STALE_LEAST) await writeAll();
        else await files.append(REPORTS_FILE, `${report.json}\n`);
      });
    },
    spill: () => later(writeAll),
    settled(tasks) {
      later(async () => {
        if (buffer.size === 0 && linesInFile > 0) {
          linesInFile = 0;
          await files.remove(REPORTS_FILE);
        }
        const { dropped } = buffer;
        if (kept?.tasks === tasks && kept.dropped === dropped) return;
        await files.replace(STATE_FILE, JSON.stringify({ dropped, tasks }));
        kept = { tasks, dropped };
      });
    },
    idle: () => queue,
  };
}

function restoreLine(buffer: ReportBuffer, line: string): void {
  const value = parsed(line);
  if (value === null) return;
  if (typeof value.dropped === 'number') buffer.restoreDropped(value.dropped);
  const { probe, at, outcome } = value;
  if (typeof probe === 'string' && typeof at === 'number' && typeof outcome === 'object')
    buffer.restore({ probe, at: instant(at), json: line });
}

function stateOf(text: string | null): { readonly dropped: number; readonly tasks: readonly ProbeTask[] } {
  const value = text === null ? null : parsed(text);
  // Written by this agent, into a folder of its own: of a damaged file nothing is left, and the control plane is asked.
  const tasks = Array.isArray(value?.tasks) ? (value.tasks as readonly ProbeTask[]) : [];
  return { dropped: typeof value?.dropped === 'number' ? value.dropped : 0, tasks };
}

function parsed(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = line === '' ? null : JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}
