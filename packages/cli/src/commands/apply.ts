/** `glidepath apply -f`: makes the inventory of a control plane what files in git say, and shows what that changes. */
import type { ExitCode } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import type { Registrar } from '../registrar.ts';
import { text } from '../terminal/safe-text.ts';
import { type Asking, collect, online } from './online.ts';

interface ApplyOptions {
  readonly file: readonly string[];
  readonly dryRun?: boolean;
  readonly prune?: boolean;
}

const HELP = `
  -f takes a file, a folder (its .yaml and .yml, also below) or - for standard input, and may be repeated. Documents are
  HeldLicense, Probe and Channel; the schema is conformance/schemas/inventory.schema.json. Everything wrong in any file is
  said at once, and then nothing is sent. Addresses of channels are read here: env:NAME or file:/path.

  glidepath discover --save inventory
  glidepath apply -f inventory --dry-run`;

export function registerApply(registrar: Registrar): void {
  const apply = registrar.program
    .command('apply')
    .description('make the inventory of held licences what these files say, all or nothing, and show the plan')
    .requiredOption('-f, --file <path>', 'file or folder of inventory documents; may be repeated', collect)
    .option('--dry-run', 'show the plan and change nothing')
    .option('--prune', 'remove what an earlier apply made and these files no longer name')
    .addHelpText('after', HELP);
  online<ApplyOptions>(registrar, apply, applyFiles);
}

async function applyFiles({ api, shell, paint, options, answer }: Asking<ApplyOptions>): Promise<ExitCode> {
  const [
    { readInventoryFiles, requireSound, violationLine, invalid, placed },
    { readAddresses },
    { sendDocuments, planLines, violationsOf },
  ] = await Promise.all([
    import('../inventory/read-files.ts'),
    import('../inventory/addresses.ts'),
    import('../inventory/apply-documents.ts'),
  ]);
  const { file: paths, dryRun = false, prune = false } = options;
  const read = await readInventoryFiles(shell, paths);
  const { addresses, violations: unread } = await readAddresses(shell, read.documents);
  const documents = requireSound(read, dryRun ? [] : unread);
  if (documents.length === 0) throw usage(`there is no document in ${paths.join(', ')}; nothing was sent.`);
  if (dryRun) for (const violation of unread) shell.screen.remark(text`${paint.warn('not read:')} ${violationLine(violation)}`);
  const sent = await sendDocuments(api, { documents, addresses, dryRun, prune }).catch((error: unknown) => {
    const found = violationsOf(error);
    if (found === null) throw error;
    const located = found.flatMap((violation) => {
      const at = documents[violation.document];
      return at === undefined ? [] : [placed(at, violation)];
    });
    throw invalid(located, 'Nothing was changed.');
  });
  const isSame = sent.plan.every(({ action }) => action === 'none');
  const again = paths.map((path) => `-f ${path}`).join(' ');
  const next = sent.applied ? 'next: glidepath status' : text`next: glidepath apply ${again}${prune ? ' --prune' : ''}`;
  return answer(sent, [
    ...planLines(sent.plan, paint),
    ...(isSame ? ['nothing to do'] : [sent.applied ? paint.good('applied') : 'nothing was changed: this was a dry run', next]),
  ]);
}
