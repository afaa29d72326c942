import { CommanderError } from 'commander';
import { DestinoError } from '@destino/core/errors';
import { exitCodes } from './exit-code.ts';
import { Console } from './render/console.ts';
import { printError } from './render/error.ts';

/** Tells what is wrong with a command line, in the form of every other error. */
export function usageError(error: unknown, words: readonly string[]): number {
  const console = new Console({ json: words.includes('--json'), quiet: false, color: false, names: false });
  if (!(error instanceof CommanderError)) return printError(console, error, words.includes('--debug'));
  if (error.code === 'commander.help') return exitCodes.usage;
  const [message = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const unknown = error.code === 'commander.unknownCommand';
  const command = unknown ? '' : words.filter((word) => /^[a-z][a-z-]*$/.test(word)).slice(0, 2).join(' ');
  const suggestion = /Did you mean (.+)\?/.exec(more.join(' '))?.[1];
  const hint = suggestion === undefined ? `destino ${command === '' ? '' : `${command} `}--help` : `did you mean ${suggestion}?`;
  return printError(console, new DestinoError('config-invalid', message, { hint }), false);
}
