/** `glidepath completion SHELL`: a script made from the tree of commands itself, so that it never misses one. */
import type { Command } from 'commander';
import { EXIT } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import type { Registrar } from '../registrar.ts';
import { Safe } from '../terminal/safe-text.ts';

const SHELLS = { bash, zsh, fish } as const;

export function registerCompletion({ program, shell, acting }: Registrar): void {
  program
    .command('completion <shell>')
    .description(`print completion for ${Object.keys(SHELLS).join(', ')}: source <(glidepath completion bash)`)
    .action(
      acting(async (name: string) => {
        const script = Object.hasOwn(SHELLS, name) ? SHELLS[name as keyof typeof SHELLS] : null;
        if (script === null)
          throw usage(`there is no completion for ${name}.`, { details: [`expected: ${Object.keys(SHELLS).join(', ')}`] });
        shell.screen.say(new Safe(script(pathsOf(program))));
        return EXIT.ok;
      }),
    );
}

interface Place {
  /** Words that lead there: `license show`; empty for the command itself. */
  readonly words: string;
  readonly next: readonly { readonly word: string; readonly about: string }[];
  readonly options: readonly { readonly word: string; readonly about: string }[];
}

function pathsOf(command: Command, words: readonly string[] = []): readonly Place[] {
  const place: Place = {
    words: words.join(' '),
    next: command.commands.map((one) => ({ word: one.name(), about: one.description() })),
    options: command.options.map((option) => ({ word: option.long ?? option.short ?? '', about: option.description })),
  };
  return [place, ...command.commands.flatMap((one) => pathsOf(one, [...words, one.name()]))];
}

/** Descriptions are ours, but a script is code: quotes of any kind are left out of it. */
function plain(about: string): string {
  return about.replace(/['"`\\$[\]:]/g, '');
}

function bash(places: readonly Place[]): string {
  const cases = places.map(
    ({ words, next, options }) => `    '${words}') reply='${[...next, ...options].map(({ word }) => word).join(' ')}' ;;`,
  );
  return `_glidepath() {
  local path='' word reply='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    [[ $word == -* ]] && break
    case " $(_glidepath_words "$path") " in *" $word "*) path="\${path:+$path }$word" ;; *) break ;; esac
  done
  COMPREPLY=()
  reply=$(_glidepath_words "$path")
  mapfile -t COMPREPLY < <(compgen -W "$reply" -- "\${COMP_WORDS[COMP_CWORD]}")
  [[ \${#COMPREPLY[@]} -eq 0 ]] && compopt -o default
}
_glidepath_words() {
  local reply=''
  case "$1" in
${cases.join('\n')}
  esac
  printf '%s' "$reply"
}
complete -F _glidepath glidepath`;
}

function zsh(places: readonly Place[]): string {
  const cases = places.map(({ words, next, options }) => {
    const described = [...next, ...options].map(({ word, about }) => `'${word}:${plain(about)}'`);
    return `    '${words}') reply=(${described.join(' ')}) ;;`;
  });
  return `#compdef glidepath
_glidepath() {
  local at='' word i
  local -a reply
  for ((i = 2; i <= CURRENT; i++)); do
    _glidepath_words "$at"
    word=\${words[i]}
    if (( i < CURRENT )) && [[ -n \${(M)reply:#$word:*} && $word != -* ]]; then at="\${at:+$at }$word"; else break; fi
  done
  _glidepath_words "$at"
  _describe glidepath reply || _files
}
_glidepath_words() {
  reply=()
  case "$1" in
${cases.join('\n')}
  esac
}
compdef _glidepath glidepath`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ words, next, options }) => {
    const at = `__glidepath_at '${words}'`;
    return [
      ...next.map(({ word, about }) => `complete -c glidepath -n "${at}" -f -a '${word}' -d '${plain(about)}'`),
      ...options.map(({ word, about }) => `complete -c glidepath -n "${at}" -l '${word.replace(/^--/, '')}' -d '${plain(about)}'`),
    ];
  });
  const known = places.map(({ words }) => `'${words}'`).join(' ');
  return `function __glidepath_at
  set -l path ''
  for word in (commandline -opc)[2..-1]
    set -l longer (string trim -- "$path $word")
    contains -- $longer ${known}; and set path $longer; or break
  end
  test "$path" = "$argv[1]"
end
${lines.join('\n')}`;
}
