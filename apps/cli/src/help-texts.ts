import { CommanderError } from 'commander';
import { buildProgram, widestHelp } from './program.ts';
import { commands, groups } from './table/commands.ts';

/** What `--help` prints, by the words before it; the bundle carries it, since commander takes as long as Node to start. */
export async function helpTexts(): Promise<Record<string, string>> {
  const shown = commands.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
  const texts: Record<string, string> = {};
  for (const name of ['', ...groups.map((group) => group.name), ...shown]) texts[name] = await helpText(name === '' ? [] : name.split(' '));
  return texts;
}

async function helpText(words: readonly string[]): Promise<string> {
  const text: string[] = [];
  const given = [...words, '--help'];
  const program = buildProgram(given, () => undefined, { writeOut: (part) => void text.push(part), getOutHelpWidth: () => widestHelp });
  try {
    await program.parseAsync(given, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error;
  }
  return text.join('');
}
