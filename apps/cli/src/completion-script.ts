import { ownGlobals } from './program.ts';
import { commands, groups } from './table/commands.ts';
import type { CommandSpec } from './table/command.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** Words that may follow, by the words before: from the command table, so that nothing is offered that is not there. */
export function completionTable(): Map<string, string[]> {
  const seen = commands.filter((spec) => spec.hidden !== true);
  const table = new Map<string, string[]>([['', [...new Set(seen.map((spec) => spec.name.split(' ')[0] ?? ''))].sort()]]);
  for (const { name } of groups) table.set(name, seen.filter((spec) => spec.name.startsWith(`${name} `)).map((spec) => spec.name.slice(name.length + 1)).sort());
  for (const spec of seen) table.set(spec.name, optionWords(spec));
  return table;
}

function optionWords(spec: CommandSpec): string[] {
  return [...(spec.options ?? []), ...ownGlobals(spec)].map(({ flags }) => /--[a-z-]+/.exec(flags)?.[0] ?? '').filter((word) => word !== '').sort();
}

/** A job's name stands where these commands take their first word. */
function takesJob(spec: CommandSpec): boolean {
  return (spec.name === 'logs' || spec.name === 'why' || spec.name === 'stop' || spec.name.startsWith('job ')) && (spec.arguments ?? []).length > 0;
}

export function completionScript(shell: Shell): string {
  const cases = [...completionTable()].map(([words, next]) => `    ${JSON.stringify(words)}) words=${JSON.stringify(next.join(' '))} ;;`).join('\n');
  const named = commands.filter(takesJob).map((spec) => JSON.stringify(spec.name)).join('|');
  const body = `  case "$key" in\n${cases}\n  esac\n  case "$key" in ${named}) case "$current" in -*) ;; *) words="$(destino job list -o name --limit 200 2>/dev/null)" ;; esac ;; esac`;
  if (shell === 'fish') return fishScript();
  const start = shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : '';
  return `${start}_destino() {
  local current="\${COMP_WORDS[COMP_CWORD]}" key="" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do case "$word" in -*) ;; *) [ "$(printf %s "$key" | wc -w)" -lt 2 ] && key="\${key:+$key }$word" ;; esac; done
  case "$key" in ${[...new Set(commands.filter((spec) => !spec.name.includes(' ')).map((spec) => JSON.stringify(spec.name)))].map((name) => `${name}\\ *`).join('|')}) key="\${key%% *}" ;; esac
${body}
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ -z "$words" ] && COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _destino destino`;
}

function fishScript(): string {
  const lines = ['complete -c destino -f'];
  for (const [words, next] of completionTable()) {
    const when = words === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${words.split(' ').join('; and __fish_seen_subcommand_from ')}`;
    for (const word of next) lines.push(word.startsWith('--') ? `complete -c destino -n '${when}' -l ${word.slice(2)}` : `complete -c destino -n '${when}' -a ${word}`);
  }
  return lines.join('\n');
}
