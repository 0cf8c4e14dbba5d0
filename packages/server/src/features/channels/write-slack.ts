/**
 * A message as Slack and what is compatible with it read it: a text for notifications, blocks for the eye.
 *
 * Names are chosen by others. In a chat they must not call everybody (`<!channel>`, `@all`), become a link, or change how
 * the text looks. Slack's documented limits hold by construction.
 */
import { oneLine } from '@glidepath/core';
import type { Message, MessageLine } from '../notices/message.ts';

/** As written, escapes included. */
const HEADING_MAX = 300;
const TEXT_MAX = 1_500;
const COMMAND_MAX = 400;
/** Slack: 3,000 characters in a section, 50 blocks, 40,000 in the text. */
const SECTION_MAX = 2_900;
const FALLBACK_MAX = 2_900;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);
/** Marks of Slack's and of Markdown's, and mentions: a space of no width behind them takes their meaning. */
const MARK = /[*_~`@[\]|#]/;
/** Addresses and emoji; the colons of a time stay. */
const COLON = /:(?=\/\/|[a-z_+-]+:)/giu;

export function slackBody({ title, severity, environment, lines, more, kind }: Message): string {
  const head = `*Glidepath* ${plain(title, HEADING_MAX)} in ${code(environment, HEADING_MAX)}`;
  const tail = more === 0 ? [] : [`and ${more} more: ${code('glidepath notice list', COMMAND_MAX)}`];
  const text = [kind === 'test' ? head : `${severity}: ${head}`, ...lines.map(({ heading }) => plain(heading, HEADING_MAX))].join('\n');
  const blocks = [head, ...lines.map(lineText), ...tail].map(section);
  return JSON.stringify({ text: cutLines(text, FALLBACK_MAX), unfurl_links: false, unfurl_media: false, blocks });
}

function section(text: string) {
  return { type: 'section', text: { type: 'mrkdwn', text: cutLines(text, SECTION_MAX), verbatim: true } };
}

function lineText({ kind, severity, heading, text, next }: MessageLine): string {
  const head = `*${kind === 'resolved' ? 'resolved' : severity}* ${plain(heading, HEADING_MAX)}`;
  return [head, plain(text, TEXT_MAX), ...(next === null ? [] : [`next: ${code(next, COMMAND_MAX)}`])].join('\n');
}

/** In a code span nothing is markup but its end, so that a command can be copied as it is. */
function code(text: string, max: number): string {
  const inside = written(oneLine(text, max), max, (character) => ESCAPES.get(character) ?? (character === '`' ? '´' : character));
  return `\`${inside === '' ? '–' : inside}\``;
}

function plain(text: string, max: number): string {
  const parted = oneLine(text, max).replace(COLON, ':\u200b');
  return written(parted, max, (character) => ESCAPES.get(character) ?? (MARK.test(character) ? `${character}\u200b` : character));
}

/** Character by character, so that the end never falls into the middle of an escape. */
function written(text: string, max: number, write: (character: string) => string): string {
  let all = '';
  for (const character of text) {
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
