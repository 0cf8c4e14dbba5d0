/** One message per team and round: who hears of what, and what a message says, as plain data for each channel to render. */
import { oneLine } from '../one-line.ts';
import type { Severity } from '../policy/policy.ts';
import { alertCondition } from './alert-conditions.ts';
import type { Alert } from './alert-facts.ts';
import type { NoticeChanges, OpenNotice } from './notice-changes.ts';

export type NewsKind = 'opened' | 'risen' | 'resolved';

/** One thing to tell. */
export interface NoticeNews {
  readonly kind: NewsKind;
  readonly key: string;
  readonly condition: string;
  readonly severity: Severity;
  readonly subject: string;
  readonly ownerTeam: string | null;
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface NoticeGroup {
  /** Null: nobody's; for channels that hear of all. */
  readonly ownerTeam: string | null;
  /** The worst of what is not resolved; info where all is. */
  readonly severity: Severity;
  /** Worst first, resolved ones last. */
  readonly news: readonly NoticeNews[];
}

/** Groups what is to be told by owner team. What nobody was told of is resolved in silence. */
export function groupNotices<N extends OpenNotice>({
  opened,
  risen,
  resolved,
  untold,
}: Pick<NoticeChanges<N>, 'opened' | 'risen' | 'resolved' | 'untold'>): readonly NoticeGroup[] {
  const news: NoticeNews[] = [
    ...opened.map((alert) => newsOf('opened', alert)),
    ...untold.map((notice) => newsOf('opened', notice)),
    ...risen.map(({ alert }) => newsOf('risen', alert)),
    ...resolved.filter(({ toldAt }) => toldAt !== null).map((notice) => newsOf('resolved', notice)),
  ];
  const byTeam = new Map<string | null, NoticeNews[]>();
  for (const each of news) {
    const group = byTeam.get(each.ownerTeam);
    if (group) group.push(each);
    else byTeam.set(each.ownerTeam, [each]);
  }
  return [...byTeam]
    .map(([ownerTeam, group]) => ({ ownerTeam, severity: worstOf(group), news: group.sort(byWeight) }))
    .sort((a, b) => rank(a.severity) - rank(b.severity) || compareTeams(a.ownerTeam, b.ownerTeam));
}

function newsOf(
  kind: NewsKind,
  from: Pick<Alert, 'key' | 'severity' | 'subject' | 'ownerTeam' | 'message' | 'facts'> & { readonly condition: string },
): NoticeNews {
  const { key, condition, severity, subject, ownerTeam, message, facts } = from;
  return { kind, key, condition, severity, subject, ownerTeam, message, facts };
}

const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info'];
const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

function worstOf(news: readonly NoticeNews[]): Severity {
  const open = news.filter(({ kind }) => kind !== 'resolved').map(({ severity }) => severity);
  return SEVERITIES.find((severity) => open.includes(severity)) ?? 'info';
}

function byWeight(a: NoticeNews, b: NoticeNews): number {
  const byKind = Number(a.kind === 'resolved') - Number(b.kind === 'resolved');
  return byKind || rank(a.severity) - rank(b.severity) || (a.key < b.key ? -1 : 1);
}

/** Nobody's last. */
function compareTeams(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return a < b ? -1 : 1;
}

/** One entry of a message. All texts are on one line; what a place escapes beside that is that place's business. */
export interface NoticeLine {
  readonly kind: NewsKind;
  readonly severity: Severity;
  readonly condition: string;
  /** `License ends soon: matlab-campus`. */
  readonly heading: string;
  readonly text: string;
  /** The next command; null where it is resolved. */
  readonly next: string | null;
}

export interface NoticeMessage {
  readonly title: string;
  readonly severity: Severity;
  readonly lines: readonly NoticeLine[];
  /** How many more there are than lines. */
  readonly more: number;
}

/** What a person reads at once; chats cut longer messages off without saying so. */
export const MESSAGE_LINES_MAX = 20;
const TEXT_MAX = 1_000;

/** Makes the message of a group: counts in the title, then one line each, worst first. */
export function noticeMessage(group: NoticeGroup, teamName: string | null): NoticeMessage {
  const shown = group.news.slice(0, MESSAGE_LINES_MAX);
  return {
    title: titleOf(group, teamName),
    severity: group.severity,
    lines: shown.map(lineOf),
    more: group.news.length - shown.length,
  };
}

function titleOf({ news }: NoticeGroup, teamName: string | null): string {
  const open = news.filter(({ kind }) => kind !== 'resolved');
  const [only] = news;
  const whose = teamName === null ? '' : ` for ${oneLine(teamName)}`;
  if (news.length === 1 && only)
    return `${only.kind === 'resolved' ? 'Resolved' : sentenceCase(only.severity)}${whose}: ${headingOf(only)}`;
  const counts = SEVERITIES.flatMap((severity) => {
    const count = open.filter((each) => each.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  const resolved = news.length - open.length;
  return sentenceCase(`${[...counts, ...(resolved === 0 ? [] : [`${resolved} resolved`])].join(', ')}${whose}`);
}

function lineOf(news: NoticeNews): NoticeLine {
  const { kind, severity, condition, message } = news;
  const { next: command } = news.facts;
  const next = kind !== 'resolved' && typeof command === 'string' ? oneLine(command, 300) : null;
  return { kind, severity, condition, heading: headingOf(news), text: oneLine(message, TEXT_MAX), next };
}

function headingOf({ condition, subject, facts }: NoticeNews): string {
  const name = typeof facts.name === 'string' ? facts.name : subject;
  return `${alertCondition(condition)?.title ?? oneLine(condition)}: ${oneLine(name)}`;
}

function sentenceCase(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
