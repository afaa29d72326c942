import { flag } from '../given.ts';
import { confirm } from '../render/confirm.ts';
import type { Run } from '../table/command.ts';

/** Removes images that this workspace built and that no container uses; they are built anew when they are wanted. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const { images } = await context.open({ reconcile: false });
  const unused = await images.prune({ keep: [], dryRun: true });
  const show = (image: string, size: string): void => (console.json ? console.object({ schemaVersion: 1, image, size }) : console.line(`${image} ${size}`));
  for (const { image, size } of unused) show(image, size);
  if (unused.length === 0) console.note('there is nothing to remove');
  if (unused.length === 0 || flag(given, 'dryRun')) return;
  await confirm(console, `Remove these ${unused.length}?`, flag(given, 'yes'));
  const removed = await images.prune({ keep: [] });
  console.note(`removed ${removed.length} of ${unused.length}`);
};
