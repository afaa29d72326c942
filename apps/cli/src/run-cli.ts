import { CommanderError } from 'commander';
import { DestinoError, isDestinoError } from '@destino/core/errors';
import { createContext, type OpenContext } from './create-context.ts';
import { exitCodes } from './exit-code.ts';
import { buildProgram, type Chosen } from './program.ts';
import { Console } from './render/console.ts';
import { printError } from './render/error.ts';

/** Runs one command line; answers the exit code. Errors are told here and nowhere else. */
export async function runCli(words: readonly string[]): Promise<number> {
  endQuietlyWithoutReader();
  const { before, rest } = splitRest(words);
  let chosen: Chosen | undefined;
  try {
    const program = buildProgram((each) => {
      chosen = each;
    });
    await program.parseAsync([...before], { from: 'user' });
  } catch (error) {
    return usage(error, before);
  }
  if (chosen === undefined) return exitCodes.done;
  const { spec, given } = chosen;
  const context = createContext(given.options);
  try {
    if (rest.length > 0 && spec.rest === undefined) throw new DestinoError('config-invalid', `destino ${spec.name} takes nothing after --`, { hint: `destino ${spec.name} --help` });
    const { run } = await spec.load();
    return (await run(context, { ...given, rest })) ?? exitCodes.done;
  } catch (error) {
    return printError(context.console, error, context.debug);
  } finally {
    await close(context);
  }
}

async function close(context: OpenContext): Promise<void> {
  try {
    await context.close();
  } catch (error) {
    printError(context.console, error, context.debug);
  }
}

/** Words after the first `--` belong to the workload, whatever they look like. */
function splitRest(words: readonly string[]): { before: string[]; rest: string[] } {
  const at = words.indexOf('--');
  return at === -1 ? { before: [...words], rest: [] } : { before: words.slice(0, at), rest: words.slice(at + 1) };
}

function usage(error: unknown, words: readonly string[]): number {
  const console = new Console({ json: words.includes('--json'), quiet: false, color: false, names: false });
  if (isDestinoError(error)) return printError(console, error, words.includes('--debug'));
  if (!(error instanceof CommanderError)) return printError(console, error, true);
  if (error.exitCode === 0) return exitCodes.done;
  if (error.code === 'commander.help') return exitCodes.usage;
  const [message = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const command = words.filter((word) => /^[a-z][a-z-]*$/.test(word)).slice(0, error.code === 'commander.unknownCommand' ? 0 : 2).join(' ');
  const suggestion = /Did you mean (.+)\?/.exec(more.join(' '))?.[1];
  const hint = suggestion === undefined ? `destino ${command === '' ? '' : `${command} `}--help` : `did you mean ${suggestion}?`;
  return printError(console, new DestinoError('config-invalid', message, { hint }), false);
}

/** `destino … | head` ends when its reader has gone, without a word. */
function endQuietlyWithoutReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.done);
    throw error;
  });
}
