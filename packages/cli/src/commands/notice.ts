/** `glidepath notice`: what is open, worst first, and the word that somebody takes care of it. */
import { alertCondition, durationWords } from '@glidepath/core';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Registrar } from '../registrar.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { day } from '../when.ts';
import { type NoticeAnswer, nextOf, noticesWorstFirst } from './notice-views.ts';
import { type Asking, online } from './online.ts';
import { severity } from './policy-view.ts';

const NOTICES_MAX = 5_000;

export function registerNotice(registrar: Registrar): void {
  const notice = registrar.program.command('notice').description('list what is open, and say that it is taken care of');
  online<{ all?: boolean }>(
    registrar,
    notice.command('list').description('list open notices, worst first').option('--all', 'also resolved ones'),
    list,
  );
  online(
    registrar,
    notice.command('ack <notice>').description('take care of a notice: it is not told again until it grows worse'),
    async ({ api, answer }, id = '') => {
      const done = await api.post<NoticeAnswer>(`/v1/notices/${encodeURIComponent(id)}/acknowledge`, {});
      return answer(done, [text`acknowledged ${done.id}: silent until it grows worse or is resolved`]);
    },
  );
}

async function list({ api, shell, paint, options, answer }: Asking<{ all?: boolean }>): Promise<ExitCode> {
  const query = options.all === true ? {} : { open: 'true' };
  const notices = noticesWorstFirst(await api.list<NoticeAnswer>('/v1/notices', query, NOTICES_MAX));
  const lines = notices.flatMap((one, at) => [...(at === 0 ? [] : ['']), ...noticeLines(one, shell.now(), paint)]);
  answer({ items: notices }, notices.length === 0 ? ['No notice is open.'] : lines);
  return EXIT.ok;
}

export function noticeLines(notice: NoticeAnswer, now: number, paint: Paint): readonly Sayable[] {
  const { id, message, openedAt, acknowledgedAt, resolvedAt } = notice;
  const next = nextOf(notice);
  const since = durationWords(now - openedAt);
  const standing =
    resolvedAt !== null
      ? `resolved ${day(resolvedAt)}`
      : `open for ${since}${acknowledgedAt === null ? '' : `, acknowledged ${day(acknowledgedAt)}`}`;
  return [
    text`${severity(notice.severity, paint)}  ${paint.bold(headingOf(notice))}`,
    text`  ${message}`,
    text`  ${paint.dim(`${id}, ${standing}`)}`,
    ...(next === null || resolvedAt !== null ? [] : [text`  next: ${next}`]),
  ];
}

export function headingOf({ condition, subject, facts }: NoticeAnswer): string {
  return `${alertCondition(condition)?.title ?? condition}: ${typeof facts.name === 'string' ? facts.name : subject}`;
}
