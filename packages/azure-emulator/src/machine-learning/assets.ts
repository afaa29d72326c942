import type { Resource } from '../state/resource-store.ts';
import type { World } from '../world.ts';
import { keepRecord, recordProperties, type Properties, type RecordKind } from './records.ts';
import { userError, type Author } from './parents.ts';

type AssetOptions = {
  /** `environments`, with `Environment` in the names of its operations. */
  type: string;
  word: string;
  /** What cannot be changed once the version is there. */
  fixed: readonly string[];
  /** What must be given. */
  needed: readonly string[];
  own?(properties: Properties): Properties;
  container?(version: Properties): Properties;
};

const kinds: readonly AssetOptions[] = [
  { type: 'codes', word: 'Code', fixed: ['codeUri'], needed: [] },
  { type: 'environments', word: 'Environment', fixed: ['image', 'condaFile', 'build'], needed: [], own: ({ image }) => ({ osType: 'Linux', environmentType: typeof image === 'string' && image.startsWith('mcr.microsoft.com/azureml/curated') ? 'Curated' : 'UserCreated' }) },
  { type: 'models', word: 'Model', fixed: ['modelUri'], needed: [] },
  { type: 'data', word: 'Data', fixed: ['dataUri', 'dataType'], needed: ['dataUri', 'dataType'], container: ({ dataType }) => ({ dataType }) },
  { type: 'components', word: 'Component', fixed: ['componentSpec'], needed: [] },
];

/** Code, environments, models, data and components: containers, and versions that never change what they are. */
export function assetKinds(world: World): RecordKind[] {
  return kinds.flatMap((options) => {
    const container = containerKind(world, options);
    return [container, versionKind(world, options, container)];
  });
}

function containerKind(world: World, { type, word }: AssetOptions): RecordKind {
  const versions = (resource: Resource): Resource[] => world.store.list((each) => each.id.toLowerCase().startsWith(`${resource.id.toLowerCase()}/versions/`));
  return {
    path: `${type}/{name}`,
    operations: `${word}Containers`,
    accept: (properties) => ({ isArchived: false, ...properties }),
    tell: (properties, resource) => {
      const names = versions(resource).map(({ name }) => name);
      const numbers = names.filter((each) => /^\d+$/.test(each)).map(Number);
      return { ...properties, ...(word === 'Data' && { dataType: dataType(properties) }), ...(names.length > 0 && { latestVersion: names.at(-1) }), nextVersion: String(Math.max(0, ...numbers) + 1) };
    },
  };
}

/** Written in two ways, told in one. */
function dataType({ dataType: written }: Properties): string {
  return String(written ?? 'uri_folder').replace('Uri', 'uri_').replace('MLTable', 'mltable').toLowerCase();
}

function versionKind(world: World, { type, word, fixed, needed, own, container }: AssetOptions, parent: RecordKind): RecordKind {
  return {
    path: `${type}/{name}/versions/{version}`,
    operations: `${word}Versions`,
    accept: (properties, before) => {
      const missing = needed.find((name) => properties[name] === undefined);
      if (missing !== undefined) throw userError(`The property '${missing}' is required for ${type}.`);
      const changed = before === undefined ? undefined : fixed.find((name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(properties[name] ?? null));
      if (changed !== undefined) throw userError(`Asset paths cannot be updated. '${changed}' is fixed once a version of ${type} is there.`);
      return { isAnonymous: false, isArchived: false, ...properties };
    },
    tell: (properties) => ({ ...properties, ...own?.(properties) }),
    kept: ({ id, body, hidden }) => {
      const parentId = id.slice(0, id.lastIndexOf('/versions/'));
      if (world.store.get(parentId) === undefined) keepRecord(world, parent, parentId, { isArchived: false, ...container?.(recordProperties({ body } as Resource)) }, hidden['created'] as Author);
    },
  };
}
