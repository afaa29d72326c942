export { createImages } from './create-images.ts';
export type { BuildOptions, ImagesParts, WorkspaceImages } from './create-images.ts';
export { createDocker } from './docker.ts';
export type { Docker, DockerOptions } from './docker.ts';
export type { BuiltImage } from './list-images.ts';
export { recipeOf } from './recipe.ts';
export type { Recipe, RecipeOptions } from './recipe.ts';
export type { Registry } from './registries.ts';
