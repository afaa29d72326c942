import type { Run } from '../table/command.ts';
import { buildImage } from './image-build.ts';

/** Builds the image of a folder unless it is there, and pushes it. */
export const run: Run = (context, given) => buildImage(context, given, true);
