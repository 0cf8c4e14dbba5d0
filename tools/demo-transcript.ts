/** `npm run demo:transcript`: runs the demo as a user does and writes docs/demo.md from what it prints. Takes about a minute. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const root = join(import.meta.dirname, '..');
const launcher = join(root, 'packages/cli/bin/glidepath.mjs');
const folder = mkdtempSync(join(tmpdir(), 'glidepath-transcript-'));
const data = join(folder, 'demo');
const env = { ...process.env, XDG_CONFIG_HOME: join(folder, 'config') };

const demo = spawn(process.execPath, [launcher, 'up', '--demo', '--data', data, '--port', '0'], {
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
});
let said = '';
demo.stdout.on('data', (part: Buffer) => {
  said += part.toString();
});
const { start, outage, back } = await record();

writeFileSync(
  join(root, 'docs/demo.md'),
  `# The demo: an outage in half a minute

Written by \`npm run demo:transcript\` from a real run; a test compares its rungs with another run. Times differ a little each time: a path counts from
each application's last signed word, and that is up to two seconds old when the control plane dies.

In the first terminal:

\`\`\`
$ npm start
${block(start)}
\`\`\`

In the second one. \`SIGKILL\` gives the control plane no time to say anything, and nobody tells the applications:

\`\`\`
$ npx glidepath demo outage
${block(outage)}
\`\`\`

Each application took its own path, one tier at a time, as its policy says. None was refused its essential work. Then the control plane returns, on
the same data folder, and finds the database that its predecessor left running:

\`\`\`
$ npx glidepath demo back
${block(back)}
\`\`\`
`,
);
console.log('docs/demo.md is written');

async function record() {
  try {
    // The board's first three lines, one per application, say that all have their leases.
    while (said.split(', ready, cause none').length < 4) await once(demo.stdout, 'data');
    return { start: said, outage: command('outage'), back: command('back') };
  } finally {
    demo.kill('SIGTERM');
    await once(demo, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

function command(word: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, 'demo', word, '--data', data], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`demo ${word} ended with ${status}: ${stderr}`);
  return stdout;
}

function block(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:7070')
    .trimEnd();
}
