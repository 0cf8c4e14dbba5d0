/** What `up` says when it serves: where, how to get in, what to do next. Secrets stand here once and never again. */
import type { Shell } from '../shell.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import type { ControlPlane, NewRoot } from './control-plane.ts';

export function sayBanner({ screen }: Shell, plane: ControlPlane, facts: { dataDir: string; database: string; elapsedMs: number }): void {
  const { paint } = screen;
  const rows: (readonly Sayable[])[] = [
    ['address', paint.bold(plane.address)],
    ['data', facts.dataDir],
    ['database', facts.database],
    ...plane.roots.map((x, at): readonly Sayable[] => [at === 0 ? 'roots to pin' : '', x]),
  ];
  screen.say(text`${paint.good('Glidepath serves')} after ${(facts.elapsedMs / 1000).toFixed(1)} s`);
  for (const line of table(rows, { indent: 2 })) screen.say(line);
  const signIn = `glidepath sign-in ${plane.signInCode}`;
  if (plane.signInCode !== null) screen.say(text`\nSign in once, within 15 minutes:  ${paint.bold(signIn)}`);
  screen.say(
    text`\nnext: ${plane.signInCode === null ? '' : 'sign in, then '}glidepath policy publish FILE, glidepath license issue --help, glidepath doctor`,
  );
}

export function sayNewRoots({ screen }: Shell, newRoots: readonly NewRoot[]): void {
  screen.say(text`The roots of all trust, each in an encrypted file. Write down the passphrases: they are shown this once.`);
  const rows = newRoots.map(({ environment, number, path, passphrase }): readonly Sayable[] => [
    `${environment} root ${number}`,
    screen.paint.bold(passphrase),
    path,
  ]);
  for (const line of table(rows, { indent: 2 })) screen.say(line);
  screen.say('Then take the files off this machine: glidepath root export --to FOLDER');
}
