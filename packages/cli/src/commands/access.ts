/** `glidepath sign-in` and `glidepath token`: who this command is, and credentials for programs. */
import { ROLES } from '@glidepath/core';
import { isWellFormedSecret } from '@glidepath/protocol/ids';
import { createApi } from '../api/client.ts';
import { findTarget, keepToken } from '../api/config.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import type { Registrar } from '../registrar.ts';
import { join, type Sayable, text } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import { day, parseWhen } from '../when.ts';
import { type Asking, collect, online } from './online.ts';
import type { TokenAnswer } from './views.ts';

export function registerAccess(registrar: Registrar): void {
  const signIn = registrar.program
    .command('sign-in <code>')
    .description('exchange a one-time sign-in code for a token, kept for later commands');
  online(registrar, signIn, useCode);
  const token = registrar.program.command('token').description('make, list and revoke API tokens');
  const create = token.command('create <name>').description('make a token for a program; it is shown once');
  create
    .requiredOption('--role <role>', `what it may do, may be repeated: ${ROLES.join(', ')}`, collect)
    .option('--principal <principal>', 'whose token; default: your own')
    .option('--only-in <environment>', 'counts in this environment only; default: in all')
    .option('--expires <when>', 'default: in 90 days, at most in a year');
  online<CreateOptions>(registrar, create, createToken);
  online<{ all?: boolean }>(
    registrar,
    token.command('list').description('list tokens, those that end first').option('--all', 'also those that have ended'),
    listTokens,
  );
  online(registrar, token.command('revoke <token>').description('end a token at once'), async ({ api, answer }, id = '') => {
    const revoked = await api.remove<TokenAnswer>(`/v1/tokens/${encodeURIComponent(id)}`);
    return answer(revoked, [text`revoked ${revoked.id} (${revoked.name})`]);
  });
}

async function useCode({ api, shell, options, answer }: Asking<object>, code = ''): Promise<ExitCode> {
  if (!isWellFormedSecret('sign-in-code', code)) {
    throw usage('this is no sign-in code, or it was mistyped.', {
      details: ['expected: gls_ and 33 letters and digits'],
      next: 'copy the whole line that `glidepath up` printed',
    });
  }
  // Whatever token was kept before belongs to somebody else now.
  const anonymous = createApi(shell, { ...(await findTarget(shell, options)), token: null });
  const issued = await anonymous.post<{ token: string; expiresAt: number }>('/v1/sign-in', { code });
  const file = await keepToken(shell, api.server, issued.token);
  const me = await createApi(shell, { server: api.server, token: issued.token, environment: null }).get<{
    name: string;
    roles: readonly string[];
  }>('/v1/whoami');
  return answer({ server: api.server, name: me.name, roles: me.roles, expiresAt: issued.expiresAt, file }, [
    text`signed in to ${api.server} as ${me.name} (${join(me.roles, ', ')}) until ${day(issued.expiresAt)}`,
    text`the token is in ${file}`,
    'next: glidepath doctor',
  ]);
}

interface CreateOptions {
  readonly role: readonly string[];
  readonly principal?: string;
  readonly onlyIn?: string;
  readonly expires?: string;
}

async function createToken({ api, shell, paint, options, answer }: Asking<CreateOptions>, name = ''): Promise<ExitCode> {
  const { role: roles, principal, onlyIn: environment, expires } = options;
  const expiresAt = expires === undefined ? undefined : parseWhen(expires, shell.now(), '--expires', true);
  const issued = await api.post<{ id: string; token: string; expiresAt: number }>('/v1/tokens', {
    name,
    roles,
    principal,
    environment,
    expiresAt,
  });
  return answer(issued, [
    text`token, shown once: ${paint.bold(issued.token)}`,
    text`${issued.id} ends ${day(issued.expiresAt)}`,
    text`use: GLIDEPATH_SERVER=${api.server} GLIDEPATH_TOKEN=… glidepath license list`,
  ]);
}

async function listTokens({ api, shell, paint, options, answer }: Asking<{ all?: boolean }>): Promise<ExitCode> {
  const now = shell.now();
  const tokens = (await api.list<TokenAnswer>('/v1/tokens'))
    .filter(({ revokedAt, expiresAt }) => options.all === true || (revokedAt === null && expiresAt > now))
    .toSorted((a, b) => a.expiresAt - b.expiresAt);
  const rows = tokens.map(({ id, name, hint, roles, expiresAt, revokedAt, environment, principal }): readonly Sayable[] => [
    revokedAt === null ? (expiresAt > now ? day(expiresAt) : paint.bad('ended')) : paint.bad('revoked'),
    id,
    name,
    `${hint}…`,
    roles.join(' '),
    environment ?? 'all',
    principal,
  ]);
  const head = ['ENDS', 'TOKEN', 'NAME', 'BEGINS WITH', 'ROLES', 'ENVIRONMENT', 'PRINCIPAL'].map((word) => paint.dim(word));
  answer({ items: tokens }, tokens.length === 0 ? ['There are no tokens.'] : table([head, ...rows]));
  return EXIT.ok;
}
