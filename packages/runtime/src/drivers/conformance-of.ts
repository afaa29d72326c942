/** What a driver's package exports as `conformance`: called with the kit, it makes a subject. The kit types it. */
export type Conformance = (kit: unknown, options: { kind: string }) => unknown;

type Module = { conformance?: unknown };

/** Of the drivers that come with Destino: each with the part that its package brings. */
const builtIn: Readonly<Record<string, () => Promise<unknown>>> = {
  aci: async () => await import('@destino/driver-aci/conformance'),
  local: async () => await import('@destino/driver-local/conformance'),
  ssh: async () => await import('@destino/driver-ssh/conformance'),
};

/** The conformance export of a kind's package; undefined where it has none. */
export async function conformanceOf(kind: string, plugin: { folder: string; name: string } | undefined): Promise<Conformance | undefined> {
  const module = plugin === undefined ? await builtIn[kind]?.() : await ofPlugin(plugin);
  const conformance = (module as Module | undefined)?.conformance;
  return typeof conformance === 'function' ? (conformance as Conformance) : undefined;
}

async function ofPlugin({ folder, name }: { folder: string; name: string }): Promise<unknown> {
  const { importPlugin } = await import('../plugins/import-plugin.ts');
  try {
    return await importPlugin(folder, name, '/conformance');
  } catch (error) {
    if (isMissingExport(error)) return undefined;
    throw error;
  }
}

/** The package has no such part; another module that is missing inside of it is a fault. */
function isMissingExport(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
}
