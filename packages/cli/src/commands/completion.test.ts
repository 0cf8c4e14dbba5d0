import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { glidepathHere } from '../cli.testkit.ts';

/** What bash itself offers after these words, with the cursor at the end of the last one. */
function offered(script: string, words: readonly string[]): readonly string[] {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const asking = `${script}\nCOMP_WORDS=(glidepath ${quoted}); COMP_CWORD=${words.length}; compopt() { :; }; _glidepath; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', asking], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');
}

describe('glidepath completion', () => {
  let bash: string;
  beforeAll(async () => {
    bash = (await glidepathHere(['completion', 'bash'])).stdout;
  });

  it.each([
    [['lic'], ['license']],
    [
      ['license', 're'],
      ['renew', 'reinstate', 'revoke', 'remove-holder', 'release-holder', 'release-quarantine'],
    ],
    [['license', 'issue', '--cu'], ['--customer']],
    [
      ['policy', ''],
      [
        'check',
        'show',
        'schema',
        'publish',
        'list',
        'promote',
        'rollouts',
        'rollback',
        'retry',
        'breaker',
        'history',
        'apply',
        'mutate',
        'test',
        'audit',
        'replay',
        'differences',
        'diff',
        'compare',
        'new',
        'verify',
      ],
    ],
    [['decide', '--policy', 'file', '--gi'], ['--given']],
    [['nonsense', 'x'], []],
  ])('offers in bash, after %j, %j', (words, expected) => {
    expect(new Set(offered(bash, words))).toEqual(new Set(expected));
  });

  it.each(['zsh', 'fish'])('knows every command in %s, and quotes no description open', async (shell) => {
    const { code, stdout } = await glidepathHere(['completion', shell]);
    expect(code).toBe(0);
    for (const words of ['license remove-holder', 'break-glass sign', 'policy check']) expect(stdout).toContain(`'${words}'`);
    for (const line of stdout.split('\n')) expect((line.match(/'/g) ?? []).length % 2, line).toBe(0);
  });

  it('names the shells that it knows to others', async () => {
    expect(await glidepathHere(['completion', 'tcsh'])).toMatchObject({ code: 2, stderr: expect.stringContaining('bash, zsh, fish') });
  });
});
