import type { CommandSpec } from './command.ts';
import { yes } from './options.ts';

const source = { name: 'folder', summary: 'a folder with a Dockerfile' } as const;
const dockerfile = { flags: '--dockerfile <path>', summary: 'within the folder; by default Dockerfile' } as const;

export const imageCommands: readonly CommandSpec[] = [
  { name: 'image build', summary: 'build the image of a folder, unless it is there', arguments: [source], options: [dockerfile], examples: ['destino image build ./environment'], load: () => import('../commands/image-build.ts') },
  { name: 'image push', summary: 'build it, and push it to the registry that is marked `push`', arguments: [source], options: [dockerfile], load: () => import('../commands/image-push.ts') },
  { name: 'image list', aliases: ['ls'], summary: 'the images that this workspace built on this machine', load: () => import('../commands/image-list.ts') },
  { name: 'image prune', summary: 'remove those that no container uses', options: [{ flags: '--dry-run', summary: 'only list' }, yes], load: () => import('../commands/image-prune.ts') },
];
