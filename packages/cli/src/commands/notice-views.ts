/** Answers about notices, channels and owners as this command reads them: the fields that it shows. */
import type { Severity } from '@glidepath/core';

export interface NoticeAnswer {
  readonly id: string;
  readonly condition: string;
  readonly severity: Severity;
  readonly subject: string;
  readonly message: string;
  readonly facts: { readonly name?: unknown; readonly next?: unknown };
  readonly openedAt: number;
  readonly toldAt: number | null;
  readonly acknowledgedAt: number | null;
  readonly resolvedAt: number | null;
}

export interface ChannelAnswer {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly host: string;
  readonly least: Severity;
  readonly teams: readonly string[];
  readonly waiting: number;
  readonly dead: number;
}

export interface DeliveryAnswer {
  readonly id: string;
  readonly createdAt: number;
  readonly channel: string;
  readonly notices: readonly string[];
  readonly state: 'waiting' | 'sent' | 'dead';
  readonly attempts: number;
  readonly nextAt: number;
  readonly lastError: string | null;
}

export interface OwnersAnswer {
  readonly team: string;
  readonly teamName: string;
  readonly state: 'enough' | 'one' | 'none';
  readonly reachable: number;
  readonly members: readonly {
    readonly principal: string;
    readonly name: string;
    readonly email: string | null;
    readonly lack: 'no-person' | 'disabled' | 'no-email' | 'silent' | null;
    readonly confirmedAt: number;
    readonly confirmedUntil: number;
    readonly isAsked: boolean;
  }[];
}

const RANK: readonly string[] = ['critical', 'warning', 'info'];

/** Worst first, then what has been open for longest; acknowledged ones last. */
export function noticesWorstFirst(notices: readonly NoticeAnswer[]): readonly NoticeAnswer[] {
  const isDone = ({ acknowledgedAt }: NoticeAnswer) => Number(acknowledgedAt !== null);
  return notices.toSorted(
    (a, b) => isDone(a) - isDone(b) || RANK.indexOf(a.severity) - RANK.indexOf(b.severity) || a.openedAt - b.openedAt,
  );
}

/** The next command of a notice, if it says one. */
export function nextOf({ facts }: NoticeAnswer): string | null {
  return typeof facts.next === 'string' ? facts.next : null;
}
