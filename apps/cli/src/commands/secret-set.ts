import { readFile } from 'node:fs/promises';
import { DestinoError } from '@destino/core/errors';
import { textArgument, textOption } from '../given.ts';
import type { CommandContext } from '../command-context.ts';
import type { Given, Run } from '../table/command.ts';

/** Keeps a secret. Its value comes from standard input, a file or a variable, never from the command line. */
export const run: Run = async (context, given) => {
  const name = textArgument(given, 'name') ?? '';
  const value = await readValue(context, given);
  if (value === '') throw new DestinoError('config-invalid', `the value for ${name} is empty`, { hint: `printf %s "$VALUE" | destino secret set ${name}` });
  const destino = await context.open({ reconcile: false });
  destino.secrets.set(name, value);
  if (context.console.json) context.console.object({ schemaVersion: 1, name });
  else context.console.line(`${name} is set in workspace ${destino.workspace.name}`);
};

async function readValue({ console, variables }: CommandContext, given: Given): Promise<string> {
  const file = textOption(given, 'file');
  const variable = textOption(given, 'fromEnv');
  if (file !== undefined) return withoutLastBreak(await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new DestinoError('not-found', `the file ${file} cannot be read`, { cause, hint: 'give a file that is there' });
  }));
  if (variable !== undefined) {
    const value = variables[variable];
    if (value === undefined) throw new DestinoError('not-found', `the variable ${variable} is not set`, { hint: `export ${variable}=…` });
    return value;
  }
  if (process.stdin.isTTY) console.alert('the value, then Ctrl-D (it is shown as you type; a file or a pipe is not):');
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return withoutLastBreak(Buffer.concat(chunks).toString('utf8'));
}

function withoutLastBreak(text: string): string {
  return text.replace(/\r?\n$/, '');
}
