/**
 * A message as Slack and what is compatible with it read it: a text for notifications, blocks for the eye.
 *
 * Names are chosen by others. In a chat they must not call everybody (`<!channel>`, `@all`), become a link, or end a
 * line: names stand in code spans, sentences lose what the markup acts on. Slack's documented limits hold by construction.
 */
import { durationWords, formatInstant, type Instant, type Severity } from '@glidepath/core';
import { type Message, type MessageItem, oneLine } from '../notices/message.ts';

/** Of a name and of a line as written, escapes included: five lines of an item stay within one section. */
const NAME_MAX = 80;
const LINE_MAX = 500;
/** Slack: 3,000 characters in a section, 50 blocks, 40,000 in the text. */
const SECTION_MAX = 2_900;
const TEXT_MAX = 2_900;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);
const PARTED = /[*_~`@:[\]]/;
const SEVERITY_ORDER: readonly Severity[] = ['critical', 'warning', 'info'];

export function slackBody(message: Message): string {
  const title = titleOf(message);
  const lines = message.items.map((item) => itemLines(item, message.at));
  const sections = [title, ...lines, ...tail(message)].map(section);
  const text = [title, ...message.items.map((item) => headOf(item))].join('\n');
  return JSON.stringify({ text: cutLines(text, TEXT_MAX), unfurl_links: false, unfurl_media: false, blocks: sections });
}

function section(text: string) {
  return { type: 'section', text: { type: 'mrkdwn', text: cutLines(text, SECTION_MAX), verbatim: true } };
}

function titleOf({ kind, counts, environment, items, more }: Message): string {
  if (kind === 'test') return `Glidepath: a test from ${code(environment)}. This channel works.`;
  const open = SEVERITY_ORDER.filter((severity) => counts[severity] > 0).map((severity) => `${counts[severity]} ${severity}`);
  const resolved = items.filter(({ event }) => event === 'resolved').length;
  const what = [...open, ...(resolved > 0 ? [`${resolved}${more > 0 ? ' or more' : ''} resolved`] : [])].join(', ');
  return `*Glidepath: ${what}* in ${code(environment)}`;
}

function itemLines(item: MessageItem, at: Instant): string {
  const { hits, team, owners, next, event } = item;
  const people = owners.length === 0 ? '' : `: ${names(owners)}`;
  return [
    headOf(item),
    event === 'resolved' ? '' : when(item, at),
    hits.length === 0 ? '' : `hits ${names(hits)}`,
    event === 'resolved' ? '' : team === null ? 'owned by nobody that is recorded' : `owned by ${code(team)}${people}`,
    event === 'resolved' ? '' : `next: ${code(next, LINE_MAX)}`,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function headOf({ event, severity, name, what }: MessageItem): string {
  const word = event === 'resolved' ? 'resolved' : severity;
  return `*${word}* ${code(name)} ${sentence(what)}`;
}

function when({ endsAt }: MessageItem, at: Instant): string {
  if (endsAt === null) return '';
  const day = `${formatInstant(endsAt).slice(0, 16).replace('T', ' ')}Z`;
  const distance = durationWords(endsAt - at);
  return endsAt > at ? `stops ${day}, in ${distance}` : `stopped ${day}, ${distance} ago`;
}

function tail({ more }: Message): readonly string[] {
  return more === 0 ? [] : [`and ${more} more: ${code('glidepath notice list')}`];
}

function names(list: readonly string[]): string {
  const shown: string[] = [];
  for (const name of list) {
    if (shown.join(', ').length > LINE_MAX - NAME_MAX) return `${shown.join(', ')} and ${list.length - shown.length} more`;
    shown.push(code(name));
  }
  return shown.join(', ');
}

/** In a code span nothing is markup but its end. */
function code(text: string, max = NAME_MAX): string {
  const inside = written(text, max, (character) => ESCAPES.get(character) ?? (character === '`' ? '´' : character)).trim();
  return `\`${inside === '' ? '–' : inside}\``;
}

/** Slack's own three; others read `@name`, `[text](address)` and bare addresses as well: a space of no width parts those. */
function sentence(text: string): string {
  return written(text, LINE_MAX, (character) => ESCAPES.get(character) ?? (PARTED.test(character) ? `${character}\u200b` : character));
}

/** Character by character, so that the end never falls into the middle of an escape. */
function written(text: string, max: number, write: (character: string) => string): string {
  let all = '';
  for (const character of oneLine(text, max)) {
    const next = write(character);
    if (all.length + next.length > max) return `${all}…`;
    all += next;
  }
  return all;
}

/** Whole lines only. */
function cutLines(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, text.lastIndexOf('\n', max - 2))}\n…`;
}
