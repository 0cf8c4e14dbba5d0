/** What the command's exit status says, as data: `glidepath help exit-codes` prints it, scripts rely on it. */

export const EXIT = {
  ok: 0,
  no: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  machine: 5,
  bug: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES: readonly { readonly code: ExitCode; readonly means: string }[] = [
  { code: EXIT.ok, means: 'Done; where a question was asked, the answer is yes.' },
  {
    code: EXIT.no,
    means: 'Done, and the answer is no: violations or failed tests of a policy, findings of doctor, a probe that saw nothing.',
  },
  { code: EXIT.usage, means: 'The command line or its input is wrong; nothing was done.' },
  {
    code: EXIT.unreachable,
    means: 'The control plane does not answer; it is unknown whether something was done only where the message says so.',
  },
  { code: EXIT.refused, means: 'The control plane refused: not signed in, no role, no such thing, or a conflict. Nothing was done.' },
  {
    code: EXIT.machine,
    means: 'This machine refused: an occupied port, a full disk, a data folder of somebody else, a database that does not start.',
  },
  { code: EXIT.bug, means: 'glidepath itself is wrong. Please report what it printed.' },
  { code: EXIT.interrupted, means: 'Interrupted by Ctrl-C before it was done.' },
];
