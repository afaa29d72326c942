import { table } from '../render/table.ts';
import type { Run } from '../table/command.ts';

/** The images that this workspace built on this machine. */
export const run: Run = async (context) => {
  const { console } = context;
  const images = await (await context.open({ reconcile: false })).images.list();
  if (console.json) for (const image of images) console.object({ schemaVersion: 1, ...image });
  else if (images.length === 0) console.line('this workspace has built no images here');
  else console.line(table(['IMAGE', 'SIZE', 'CREATED', 'IN USE'], images.map(({ image, size, createdAt, inUse }) => [image, size, createdAt, inUse ? 'yes' : 'no'])));
};
