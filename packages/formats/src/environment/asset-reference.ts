/** How a file names something that stands elsewhere. */
export type AssetReference =
  | { form: 'asset'; registry?: string; name: string; version?: string; label?: string }
  | { form: 'datastore'; datastore: string; path: string }
  | { form: 'job-output'; job: string; output: string; path: string }
  | { form: 'resource'; id: string }
  | { form: 'uri'; uri: string }
  | { form: 'path'; path: string };

const registry = /^azureml:\/\/registries\/([^/]+)\/(?:environments|models|data|components|codes)\/([^/]+)(?:\/(versions|labels)\/([^/]+))?\/?$/;
const workspaceAsset = /^azureml:\/\/(?:subscriptions\/.*\/)?(?:environments|models|data|components|codes)\/([^/]+)(?:\/(versions|labels)\/([^/]+))?\/?$/;
const datastore = /^azureml:\/\/(?:subscriptions\/.*\/)?datastores\/([^/]+)\/paths\/(.*)$/;
const jobOutput = /^azureml:\/\/(?:subscriptions\/.*\/)?jobs\/([^/]+)\/outputs\/([^/]+)(?:\/paths\/(.*))?$/;

/**
 * Reads `azureml:NAME:VERSION`, `azureml:NAME@LABEL`, `azureml://…`, `file:PATH`, `runs:/…`, a URL or a path.
 * A Windows path with a drive letter is a path.
 */
export function parseReference(text: string): AssetReference {
  const written = text.trim();
  if (written.startsWith('azureml://')) return azuremlUri(written);
  if (/^azureml:\/subscriptions\//i.test(written)) return { form: 'resource', id: written.slice('azureml:'.length) };
  if (/^azureml:/i.test(written)) return named(written.slice('azureml:'.length));
  if (/^file:/i.test(written)) return { form: 'path', path: written.replace(/^file:(\/\/(?=\/))?/i, '') };
  if (/^[a-z][a-z0-9+.-]+:\//i.test(written) && !/^[a-z]:[\\/]/i.test(written)) return { form: 'uri', uri: written };
  return { form: 'path', path: written };
}

function azuremlUri(uri: string): AssetReference {
  const inRegistry = registry.exec(uri);
  if (inRegistry !== null) return { form: 'asset', registry: inRegistry[1] ?? '', name: inRegistry[2] ?? '', ...edition(inRegistry[3], inRegistry[4]) };
  const inWorkspace = workspaceAsset.exec(uri);
  if (inWorkspace !== null) return { form: 'asset', name: inWorkspace[1] ?? '', ...edition(inWorkspace[2], inWorkspace[3]) };
  const inDatastore = datastore.exec(uri);
  if (inDatastore !== null) return { form: 'datastore', datastore: inDatastore[1] ?? '', path: inDatastore[2] ?? '' };
  const ofJob = jobOutput.exec(uri);
  if (ofJob !== null) return { form: 'job-output', job: ofJob[1] ?? '', output: ofJob[2] ?? '', path: ofJob[3] ?? '' };
  return { form: 'uri', uri };
}

function edition(kind: string | undefined, text: string | undefined): { version?: string; label?: string } {
  if (text === undefined) return {};
  return kind === 'labels' ? { label: text } : { version: text };
}

/** `NAME:VERSION`, `NAME@LABEL` or `NAME`. */
export function named(text: string): AssetReference & { form: 'asset' } {
  const label = /^([^:@]+)@(.+)$/.exec(text);
  if (label !== null) return { form: 'asset', name: label[1] ?? '', label: label[2] ?? '' };
  const [name = '', version] = text.split(/:(.*)/s);
  return { form: 'asset', name, ...(version !== undefined && version !== '' && { version }) };
}

/** `azureml:NAME` and `NAME` are the same target. */
export function targetName(compute: string): string {
  return compute.trim().replace(/^azureml:/i, '');
}
