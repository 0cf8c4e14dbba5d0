/**
 * Writes what is made from code: JSON Schemas, the reference of error codes, tables in documents. `npm run generate`.
 *
 * Nothing here depends on time or machine, so that running it again writes nothing. `generate.test.ts` fails while what
 * is committed differs from what would be written.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  ALERT_CONDITION_NAMES,
  ALERT_CONDITIONS,
  type AlertCondition,
  EASE_AFTER_MS,
  formatDuration,
  LEAD_TIME_DEFAULT_MS,
  POLICY_VIOLATIONS,
  PROOF_RULES,
} from '@glidepath/core';
import { ERROR_CODES, ERRORS, SCHEMAS } from '@glidepath/protocol';
import { READING_VIOLATIONS } from '@glidepath/protocol/policy';
import { PARTS, withPart } from './docs.ts';

const ROOT = join(import.meta.dirname, '..');
const SCHEMA_FOLDER = 'conformance/schemas';

/** Every generated file, whole, by its path from the repository's root. */
export function generated(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    files.set(`${SCHEMA_FOLDER}/${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`);
  }
  files.set('docs/reference/errors.md', errorReference());
  files.set('docs/reference/policy-violations.md', violationReference());
  files.set('docs/reference/alerts.md', alertReference());
  files.set('docs/reference/proof-rules.md', proofReference());
  for (const { file, name, render } of PARTS) {
    files.set(file, withPart(files.get(file) ?? readFileSync(join(ROOT, file), 'utf8'), name, render()));
  }
  return files;
}

/** Schemas that are committed and that nothing makes any more. */
export function leftovers(files: ReadonlyMap<string, string>): readonly string[] {
  const folder = join(ROOT, SCHEMA_FOLDER);
  const present = existsSync(folder) ? readdirSync(folder).map((name) => `${SCHEMA_FOLDER}/${name}`) : [];
  return present.filter((path) => !files.has(path));
}

/** What is committed; null when it is not there. */
export function committed(path: string): string | null {
  const file = join(ROOT, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function errorReference(): string {
  const rows = [...ERROR_CODES].sort().map((code) => {
    const { status, retryable, title, anchor } = ERRORS[code];
    return `| <a id="${anchor}"></a>\`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${title} |`;
  });
  return `# Error codes

Written by \`npm run generate\` from the table in \`packages/protocol/src/errors/errors.ts\`.

Every answer of the HTTP API that is no success is a problem document (RFC 9457, \`application/problem+json\`). Its member \`code\` is stable and the one
for programs; \`title\` and \`detail\` are for people. An embedded client acts on none of them: only a signed word, which may stand beside in the member
\`word\`, takes something away from a running application.

| code | status | the same request may succeed later | meaning |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function violationReference(): string {
  const rows = (table: Readonly<Record<string, string>>) =>
    Object.entries(table)
      .sort(([a], [b]) => a.localeCompare(b, 'en'))
      .map(([code, meaning]) => `| <a id="${code}"></a>\`${code}\` | ${meaning} |`)
      .join('\n');
  return `# What makes a policy unfit to publish

Written by \`npm run generate\` from \`packages/core/src/policy/violation.ts\` and \`packages/protocol/src/policy/reading-violations.ts\`.

\`glidepath policy check FILE\` and publishing name all of them at once, each at its line and column. Codes are stable. A policy whose own \`tests\` fail
is refused as well, with the code \`test-failed\`.

## Rules of the document
| code | meaning |
| --- | --- |
${rows(POLICY_VIOLATIONS)}

## Text that is no document
| code | meaning |
| --- | --- |
${rows(READING_VIOLATIONS)}
`;
}

function proofReference(): string {
  const rows = Object.entries(PROOF_RULES)
    .map(
      ([rule, { promise, meaning, guarantee }]) =>
        `| <a id="${rule}"></a>\`${rule}\` | ${guarantee === null ? 'every policy' : `\`${guarantee}\``} | ${promise} | ${meaning} |`,
    )
    .join('\n');
  return `# What a proof of a policy looks for

Written by \`npm run generate\` from \`packages/core/src/proof/proof-rules.ts\`.

A proof decides every state that can be told from another: each cause alone at its breakpoints and one second on either side, every combination of
what the causes come to (tier and notice), seats by count and age of overage, and what is lowered by days since its receipt. Names are stable. Each violation comes
with the shortest situation that shows it, fewest causes first: \`glidepath decide --given\` gives the same answer, and the same is told as a timeline and as a drill.
A policy with more than four million combinations has its causes combined two at a time, and its proof says so.

| rule | holds of | promise | how it is broken |
| --- | --- | --- | --- |
${rows}
`;
}

function alertReference(): string {
  const rows = ALERT_CONDITION_NAMES.map((name) => {
    const { title, severities, subject, meaning, next, isAwaitingFacts }: AlertCondition = ALERT_CONDITIONS[name];
    const known = isAwaitingFacts ? `${meaning} *Not raised yet: nobody gathers its facts.*` : meaning;
    return `| <a id="${name}"></a>\`${name}\` | ${title} | ${subject} | ${severities.join(', ')} | ${known} | \`${next}\` |`;
  });
  return `# Alerts

Written by \`npm run generate\` from the table in \`packages/core/src/alert/alert-conditions.ts\`.

Names are stable: drills expect them, and notices carry them. A condition is judged at every round from what is known at one instant; there is one open
notice for each condition and subject.

- **Stages.** A license's end is told in the stages of its policy's expiry path. Held licenses follow the built-in policy \`held\`: at three lead times
  \`info\`, at two \`warning\`, at one \`critical\`. The lead time is the sum of the license's own, else of its policy's, else ${formatDuration(LEAD_TIME_DEFAULT_MS)}, and then the
  notice says that it was assumed. Stages count from the expiry; the issuer's grace comes on top.
- **Once.** A notice is told when it opens and when its severity rises. An acknowledged one is silent until its severity rises. What is to be told in
  one round is one message for each owner team.
- **Flapping.** A condition must be gone, or milder, for ${formatDuration(EASE_AFTER_MS)} before its notice is resolved, or lowered.

| name | title | about | severities | when, and what it means | next |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function writeAll(): void {
  const files = generated();
  for (const [path, content] of files) {
    if (committed(path) === content) continue;
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), content);
    console.log(`written ${path}`);
  }
  for (const path of leftovers(files)) {
    rmSync(join(ROOT, path));
    console.log(`removed ${path}`);
  }
}

if (import.meta.main) writeAll();
