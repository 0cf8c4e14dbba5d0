/** Tables in documents that stand for data in code: rendered from the data, compared by `docs.test.ts`, written by `npm run generate`. */
import { packageOf, ROOMS } from './rooms.ts';
import { SUITES, SYSTEM_SUITES } from './suites.ts';

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function roomsTable(): string {
  const rows = ROOMS.map(({ name, holds, rooms, packages }) => [
    `\`${name}\` (${packageOf(name)})`,
    holds,
    rooms.join(', ') || 'nothing',
    packages.join(', ') || 'none',
  ]);
  return table(['room', 'holds', 'may import', 'packages from npm'], rows);
}

export function suitesTable(): string {
  const rows = [...SUITES, ...SYSTEM_SUITES].map(({ name, proves, budgetSeconds }) => [`\`${name}\``, proves, String(budgetSeconds)]);
  return table(['suite', 'proves', 'budget in seconds'], rows);
}

/** Each generated part of a document: between `<!-- NAME: … -->` and `<!-- /NAME -->`. */
export const PARTS: readonly { readonly file: string; readonly name: string; readonly render: () => string }[] = [
  { file: 'docs/ARCHITECTURE.md', name: 'rooms', render: roomsTable },
  { file: 'CONTRIBUTING.md', name: 'suites', render: suitesTable },
];

/** The document with the part between its marks replaced; throws when the marks are gone. */
export function withPart(text: string, name: string, content: string): string {
  const marks = new RegExp(`(<!-- ${name}:[^>]*-->\\n)[\\s\\S]*?(\\n<!-- /${name} -->)`);
  if (!marks.test(text)) throw new Error(`no part <!-- ${name}: … --> in the document`);
  return text.replace(marks, (_, open: string, close: string) => `${open}${content}${close}`);
}
