import { CommanderError } from 'commander';
import { DestinoError } from '@destino/core/errors';
import type { OpenContext } from './create-context.ts';
import { buildProgram, type Chosen } from './program.ts';

/** Runs one command line; answers the exit code. What a start does not need is loaded when it is. */
export async function runCli(words: readonly string[]): Promise<number> {
  endQuietlyWithoutReader();
  const { before, rest } = splitRest(words);
  let chosen: Chosen | undefined;
  try {
    const program = buildProgram(before, (each) => {
      chosen = each;
    });
    await program.parseAsync([...before], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const { usageError } = await import('./usage-error.ts');
    return usageError(error, before);
  }
  return chosen === undefined ? 0 : await runChosen(chosen, rest);
}

async function runChosen({ spec, given }: Chosen, rest: readonly string[]): Promise<number> {
  const { createContext } = await import('./create-context.ts');
  const context = createContext(given.options);
  try {
    if (rest.length > 0 && spec.rest === undefined) {
      throw new DestinoError('config-invalid', `destino ${spec.name} takes nothing after --`, { hint: `destino ${spec.name} --help` });
    }
    const { run } = await spec.load();
    return (await run(context, { ...given, rest })) ?? 0;
  } catch (error) {
    return await tell(context, error);
  } finally {
    await close(context);
  }
}

async function tell(context: OpenContext, error: unknown): Promise<number> {
  const { printError } = await import('./render/error.ts');
  return printError(context.console, error, context.debug);
}

async function close(context: OpenContext): Promise<void> {
  try {
    await context.close();
  } catch (error) {
    await tell(context, error);
  }
}

/** Words after the first `--` belong to the workload, whatever they look like. */
function splitRest(words: readonly string[]): { before: string[]; rest: string[] } {
  const at = words.indexOf('--');
  return at === -1 ? { before: [...words], rest: [] } : { before: words.slice(0, at), rest: words.slice(at + 1) };
}

/** `destino … | head` ends when its reader has gone, without a word. */
function endQuietlyWithoutReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
