/** The sentences of alerts: names made safe to stand in them, dates with what they mean from now, commands to copy. */
import { dateOf, durationWords } from '../format-instant.ts';
import { oneLine } from '../one-line.ts';
import { DAY, HOUR, type Instant, MINUTE } from '../time.ts';
import { ALERT_CONDITIONS, type AlertConditionName } from './alert-conditions.ts';
import type { Alert, LicenseAlertFacts, TeamName } from './alert-facts.ts';

/** `at 2027-03-31T21:59:59Z, in 12 days`. Coarse, so that a message does not change with each look. */
export function when(at: Instant, now: Instant): string {
  const distance = Math.abs(at - now);
  const unit = distance >= 2 * DAY ? DAY : distance >= 2 * HOUR ? HOUR : MINUTE;
  const words = durationWords(Math.floor(distance / unit) * unit);
  if (distance < MINUTE) return `at ${dateOf(at)}, now`;
  return `at ${dateOf(at)}, ${at > now ? `in ${words}` : `${words} ago`}`;
}

/** The first few, and how many more. */
export function listed(names: readonly string[], atMost = 5): string {
  const shown = names.slice(0, atMost).map((name) => oneLine(name));
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

/** What a sentence calls a license. */
export function licenseTitle({ product, name, vendor }: Pick<LicenseAlertFacts, 'product' | 'name' | 'vendor'>): string {
  const of = vendor === null ? '' : ` by ${oneLine(vendor)}`;
  return oneLine(product) === oneLine(name) ? `${oneLine(product)}${of}` : `${oneLine(product)}${of} (${oneLine(name)})`;
}

/** Whom it hits; nothing where nobody has said. */
export function hits({ dependents, runsOn }: Pick<LicenseAlertFacts, 'dependents' | 'runsOn'>): string {
  const parts: string[] = [];
  if (dependents.length > 0) parts.push(`It hits ${listed(dependents)}.`);
  if (runsOn.length > 0) parts.push(`It runs on ${listed(runsOn)}.`);
  return parts.join(' ');
}

export function ownedBy(team: TeamName | null): string {
  return team === null ? 'Nobody owns it.' : `Owned by ${oneLine(team.name)}.`;
}

export function sentences(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join(' ');
}

const PLAIN = /^[\w.@:+-][\w.@:/+-]*$/;

/** A name as one word of a shell, so that a command with a hostile name does nothing else when it is copied. */
export function shellWord(name: string): string {
  const plain = oneLine(name);
  return PLAIN.test(plain) && !plain.startsWith('-') ? plain : `'${plain.replaceAll("'", "'\\''")}'`;
}

export interface AlertDraft extends Pick<Alert, 'condition' | 'severity' | 'subject' | 'license' | 'ownerTeam' | 'message' | 'since'> {
  /** Of the subject. */
  readonly name: string;
  readonly facts: Readonly<Record<string, unknown>>;
  /** For the words in angle brackets of the condition's next command. */
  readonly words: Readonly<Record<string, string>>;
}

/** Completes an alert: its key, and the next command with what it is about in place of the angle brackets. */
export function alertFrom({ name, words, facts, ...draft }: AlertDraft): Alert {
  const next = nextCommand(draft.condition, words);
  return { ...draft, key: `${draft.condition}/${draft.subject}`, next, facts: { ...facts, name: oneLine(name), next } };
}

function nextCommand(condition: AlertConditionName, words: Readonly<Record<string, string>>): string {
  return ALERT_CONDITIONS[condition].next.replace(/<(\w+)>/g, (placeholder, word: string) => {
    const value = Object.hasOwn(words, word) ? words[word] : undefined;
    return value === undefined ? placeholder : shellWord(value);
  });
}
