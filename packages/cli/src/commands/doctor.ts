/** `glidepath doctor`: what is wrong or soon will be, worst first, each with what mends it. */
import { stat } from 'node:fs/promises';
import { durationWords } from '@glidepath/core';
import type { Api } from '../api/client.ts';
import { credentialsFile } from '../api/config.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Registrar } from '../registrar.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { day } from '../when.ts';
import { type Asking, online } from './online.ts';
import { severity } from './policy-view.ts';
import type { FindingAnswer, LicenseAnswer, TokenAnswer } from './views.ts';

export function registerDoctor(registrar: Registrar): void {
  const doctor = registrar.program
    .command('doctor')
    .description('say what is wrong, and the command that mends it; status 1 when there is something');
  online(registrar, doctor, examine);
}

const RANK = ['critical', 'warning', 'info'];
const DAY_MS = 86_400_000;
const LICENSE_WARN_MS = 30 * DAY_MS;
const LICENSE_CRITICAL_MS = 7 * DAY_MS;
const TOKEN_WARN_MS = 14 * DAY_MS;

async function examine({ api, shell, paint, answer }: Asking<object>): Promise<ExitCode> {
  const now = shell.now();
  const [server, licenses, token] = await Promise.all([
    api.get<{ items: readonly FindingAnswer[] }>('/v1/doctor'),
    api.list<LicenseAnswer>('/v1/licenses', {}, 5_000),
    ownToken(api, now),
  ]);
  const found = [
    ...server.items,
    ...licenses.flatMap((license) => licenseFindings(license, now)),
    ...token,
    ...(await credentialFindings(credentialsFile(shell.env))),
  ];
  const findings = found.toSorted((a, b) => RANK.indexOf(a.severity) - RANK.indexOf(b.severity));
  const grave = findings.filter(({ severity: word }) => word !== 'info');
  answer({ findings }, findings.length === 0 ? [paint.good('Nothing is wrong.')] : findings.flatMap((finding) => lines(finding, paint)));
  return grave.length === 0 ? EXIT.ok : EXIT.no;
}

function lines({ severity: word, subject, message, mend, command }: FindingAnswer, paint: Paint): readonly Sayable[] {
  const mended = mend ?? command ?? null;
  const head = text`${severity(word, paint)}  ${subject === undefined ? '' : text`${paint.bold(subject)}: `}${message}`;
  return mended === null ? [head] : [head, text`    mend: ${mended}`];
}

function licenseFindings({ id, state, expiresAt, issuer }: LicenseAnswer, now: number): readonly FindingAnswer[] {
  if (issuer !== 'self' || state === 'revoked' || state === 'not-started') return [];
  const mend = `glidepath license ${state === 'suspended' ? 'reinstate' : 'renew'} ${id}`;
  if (state === 'suspended')
    return [{ code: 'license-suspended', severity: 'warning', subject: id, message: 'the license is suspended.', mend }];
  if (expiresAt === null || expiresAt - now > LICENSE_WARN_MS) return [];
  if (state === 'expired')
    return [
      {
        code: 'license-expired',
        severity: 'critical',
        subject: id,
        message: `the license ended ${durationWords(now - expiresAt)} ago.`,
        mend,
      },
    ];
  const word = expiresAt - now > LICENSE_CRITICAL_MS ? 'warning' : 'critical';
  return [{ code: 'license-ends', severity: word, subject: id, message: `the license ends in ${durationWords(expiresAt - now)}.`, mend }];
}

/** This command's own token has an end too. */
async function ownToken(api: Api, now: number): Promise<readonly FindingAnswer[]> {
  const me = await api.get<{ token: string }>('/v1/whoami');
  const own = (await api.list<TokenAnswer>('/v1/tokens', {}, 1_000)).find(({ id }) => id === me.token);
  if (own === undefined || own.expiresAt - now > TOKEN_WARN_MS) return [];
  const message = `the token that you use ends ${day(own.expiresAt)}.`;
  return [{ code: 'token-ends', severity: 'warning', subject: own.id, message, mend: 'glidepath token create NAME --role ROLE' }];
}

async function credentialFindings(path: string): Promise<readonly FindingAnswer[]> {
  const facts = process.platform === 'win32' ? null : await stat(path).catch(() => null);
  if (facts === null || (facts.mode & 0o077) === 0) return [];
  return [
    {
      code: 'credentials-readable',
      severity: 'critical',
      subject: path,
      message: 'others on this machine can read your tokens.',
      mend: `chmod 600 ${path}`,
    },
  ];
}
