/**
 * Holds what a process presents against the file that its next start reads. A certificate that was renewed and never
 * loaded ends with the old date (S3); a file that has ended under a running process waits for the next restart (S9).
 */
import { formatInstant, type Instant, type LatentRisk } from '@glidepath/core';
import type { Certificate } from './certificate.ts';
import { leavesOf } from './chains.ts';

export interface Compared {
  readonly notes: readonly string[];
  readonly latent: readonly LatentRisk[];
}

const SAME: Compared = { notes: [], latent: [] };

/** What the next restart does, when both were read. `file` and `endpoint` are their names in the sentence. */
export function compareInstalled(
  onDisk: readonly Certificate[],
  presented: readonly Certificate[],
  file: string,
  endpoint: string,
): Compared {
  const served = presented[0];
  if (served === undefined) return SAME;
  const loaded = onDisk.find(({ fingerprint }) => fingerprint === served.fingerprint) ?? leavesOf(onDisk)[0];
  if (loaded === undefined || loaded.fingerprint === served.fingerprint) return SAME;
  if (endOf(loaded) >= endOf(served)) {
    return {
      notes: [
        `the process behind ${endpoint} still holds the old certificate (ends ${shown(served.expiresAt)}); a restart or reload picks up the one in ${file} (ends ${shown(loaded.expiresAt)})`,
      ],
      latent: [],
    };
  }
  const from = loaded.expiresAt;
  return {
    notes: [`${file} holds an older certificate (ends ${shown(from)}) than ${endpoint} presents (ends ${shown(served.expiresAt)})`],
    latent:
      from === null
        ? []
        : [
            {
              act: 'restart',
              from,
              reason: `the next start loads ${file}, which ended ${shown(from)}, while ${endpoint} still presents one that has not`,
            },
          ],
  };
}

/** What the next restart does when the file could not be read, or holds no certificate. */
export function unreadableFile(file: string, endpoint: string, why: string, now: Instant): Compared {
  const reason = `${endpoint} presents a certificate, but the file that its next start reads, ${file}, ${why}`;
  return { notes: [reason], latent: [{ act: 'restart', from: now, reason }] };
}

function endOf({ expiresAt }: Certificate): number {
  return expiresAt ?? Number.POSITIVE_INFINITY;
}

function shown(at: Instant | null): string {
  return at === null ? 'never' : formatInstant(at);
}
