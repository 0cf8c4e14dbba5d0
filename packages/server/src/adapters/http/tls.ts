/**
 * TLS from two files that something else renews: read again when they change, without a restart and without dropping a
 * connection. A pair that does not fit (half of it was written yet) is not taken over; the old one goes on and it is said.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions, type Server as TlsServer } from 'node:tls';
import { DAY, Fault, formatInstant, type Instant, instant } from '@glidepath/core';
import type { Examiner, Finding } from '../../findings.ts';
import type { Log, OwnEnd } from '../../world.ts';
import type { StartCheck } from '../telemetry/next-start.ts';

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface ReloadingTls {
  context(): SecureContextOptions;
  /** Looks at the files every 10 s from now on; the timer keeps no process alive. */
  watch(server: unknown): void;
  stop(): void;
}

const LOOK_EVERY_MS = 10_000;

/** Throws a Fault `tls-unusable` when the first pair cannot be used. */
export function reloadingTls(files: TlsFiles, log: Log): ReloadingTls {
  let pair = readPair(files);
  let complaint: string | null = null;
  let timer: NodeJS.Timeout | null = null;

  function look(server: TlsServer): void {
    try {
      const next = readPair(files);
      if (next.cert === pair.cert && next.key === pair.key) return;
      server.setSecureContext({ ...HARDENED, ...next });
      pair = next;
      complaint = null;
      log.info('tls-reloaded', { endsAt: formatInstant(endOf(next.cert)) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== complaint) log.error('tls-reload-failed', { error: message });
      complaint = message;
    }
  }

  return {
    context: () => ({ ...HARDENED, ...pair }),
    watch(server) {
      timer = setInterval(() => look(server as TlsServer), LOOK_EVERY_MS).unref();
    },
    stop() {
      if (timer !== null) clearInterval(timer);
    },
  };
}

const HARDENED = { minVersion: 'TLSv1.2' } as const;

function readPair({ certFile, keyFile }: TlsFiles): { readonly cert: string; readonly key: string } {
  try {
    const pair = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    createSecureContext(pair);
    return pair;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('tls-unusable', `The certificate ${certFile} and the key ${keyFile} cannot be used: ${why}`, {
      retryable: false,
      cause,
    });
  }
}

function endOf(cert: string): Instant {
  return instant(new X509Certificate(cert).validToDate.getTime());
}

/** When the certificate on the disk ends, which is the one that is served, or will be within seconds. */
export function certificateEnd({ certFile }: TlsFiles): (now: Instant) => Promise<OwnEnd> {
  const own = { id: 'glidepath/certificate', name: 'TLS certificate', latent: [] };
  return async (now) => {
    try {
      const endsAt = endOf(readFileSync(certFile, 'utf8'));
      const part = { cause: 'certificate', what: `the TLS certificate ${certFile}`, endsAt, source: 'itself', asOf: now } as const;
      return { ...own, parts: [part], isKnown: true, evidence: '' };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { ...own, parts: [], isKnown: false, evidence: `The certificate ${certFile} cannot be read: ${why}` };
    }
  };
}

/** Whether the next start could serve with these files. */
export function tlsCheck(files: TlsFiles): StartCheck {
  return {
    what: 'the TLS files',
    async problem() {
      readPair(files);
      return null;
    },
  };
}

const WARN_MS = 21 * DAY;

/** The server's own certificate has an end too. */
export function certificateExaminer({ certFile }: TlsFiles): Examiner {
  return {
    name: 'tls',
    async examine(now): Promise<readonly Finding[]> {
      const endsAt = endOf(readFileSync(certFile, 'utf8'));
      if (endsAt - now > WARN_MS) return [];
      const message = `The server's TLS certificate ends at ${formatInstant(endsAt)}.`;
      const severity = endsAt - now > WARN_MS / 3 ? 'warning' : 'critical';
      return [
        {
          code: 'tls-certificate-ends',
          severity,
          blocksReadiness: false,
          subject: certFile,
          message,
          mend: 'renew it; the files are read again',
        },
      ];
    },
  };
}
