import type { Content, Logger, Secrets } from '@destino/core/driver';
import type { Owner } from '@destino/core/model';
import type { Registry, WorkspaceImages } from '@destino/images';
import type { Variables } from '../workspace/places.ts';
import type { RegistrySetting } from '../workspace/content-settings.ts';

export type ImagesNeeds = { variables: Variables; content: Content; secrets: Secrets; owner: Owner; logger: Logger; registries: readonly RegistrySetting[] };

/** The images of a workspace; what builds them is loaded when the first is wanted. */
export function openImages(needs: ImagesNeeds): WorkspaceImages {
  let opening: Promise<WorkspaceImages> | undefined;
  const open = (): Promise<WorkspaceImages> => (opening ??= load(needs));
  return {
    resolve: async (...words) => await (await open()).resolve(...words),
    build: async (...words) => await (await open()).build(...words),
    list: async () => await (await open()).list(),
    prune: async (...words) => await (await open()).prune(...words),
  };
}

async function load({ variables, registries, ...rest }: ImagesNeeds): Promise<WorkspaceImages> {
  const { createDocker, createImages } = await import('@destino/images');
  const referenced = async (): Promise<Registry[]> =>
    registries.map(({ password, ...registry }) => ({ ...registry, ...(password !== undefined && { password: { secret: password } }) }));
  return createImages({ ...rest, docker: createDocker({ variables }), registries: referenced });
}
