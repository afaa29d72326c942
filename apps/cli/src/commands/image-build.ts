import { textArgument, textOption } from '../given.ts';
import type { CommandContext } from '../command-context.ts';
import type { Given, Run } from '../table/command.ts';

/** Builds the image of a folder; its log goes to stderr as it comes. */
export const run: Run = (context, given) => buildImage(context, given, false);

export async function buildImage({ open, console }: CommandContext, given: Given, push: boolean): Promise<void> {
  const destino = await open({ reconcile: false });
  const { image, digest, built, pushed } = await destino.buildImage(textArgument(given, 'folder') ?? '.', {
    push,
    onLine: (line) => console.note(line),
    ...dockerfileOf(given),
  });
  if (console.json) console.object({ schemaVersion: 1, image, digest, built, pushed });
  else console.line(`${image}${built ? '' : ' (it was there)'}${pushed ? `, pushed as ${digest}` : ''}`);
}

function dockerfileOf(given: Given): { dockerfile?: string } {
  const dockerfile = textOption(given, 'dockerfile');
  return dockerfile === undefined ? {} : { dockerfile };
}
