import { isRecord, type Route } from '../http/exchange.ts';
import type { Resource } from '../state/resource-store.ts';
import type { World } from '../world.ts';
import { apiVersions, workspacePath } from './names.ts';
import { guidOf } from './guid.ts';
import { userError, type Author } from './parents.ts';
import { keepRecord, recordProperties, requireRecord, type Properties, type RecordKind } from './records.ts';

/** The storage account behind new workspaces, where there is a real one. */
export type Storage = {
  accountName: string;
  key: string;
  endpoint: string;
  protocol: 'http' | 'https';
  /** Where its blobs are when not at `PROTOCOL://ACCOUNT.blob.ENDPOINT`: Azurite's `http://127.0.0.1:10000/devstoreaccount1`. */
  blobUrl?: string;
};

/** Never given back with the datastore, only by `listSecrets`. */
const secretNames: Readonly<Record<string, string>> = { AccountKey: 'key', Sas: 'sasToken', ServicePrincipal: 'clientSecret', Certificate: 'certificate' };

const datastores: RecordKind = {
  path: 'datastores/{name}',
  operations: 'Datastores',
  accept: (properties) => {
    const { credentials, datastoreType } = properties;
    if (typeof datastoreType !== 'string') throw userError(`The property 'datastoreType' is required for datastores.`);
    if (!isRecord(credentials)) throw userError(`The property 'credentials' is required for datastores.`);
    return { isDefault: false, ...properties };
  },
  tell: (properties) => {
    const { credentials } = properties;
    const { secrets, ...open } = isRecord(credentials) ? credentials : {};
    return { ...properties, credentials: { ...open, ...(isRecord(secrets) && { secrets: { secretsType: secrets['secretsType'] } }) } };
  },
  shows: (properties, query) => (query.get('isDefault') === 'true' ? properties['isDefault'] === true : true),
};

export const datastoreKind = datastores;

/** The call that alone gives secrets away. */
export function secretRoutes(world: World): Route[] {
  return [
    {
      method: 'POST', path: `${workspacePath}/datastores/{name}/listSecrets`, operation: 'Datastores_ListSecrets', apiVersions,
      handle: (asked) => {
        const { credentials } = recordProperties(requireRecord(world, datastores, asked));
        const { credentialsType, secrets } = isRecord(credentials) ? credentials : { credentialsType: 'None', secrets: undefined };
        const name = secretNames[String(credentialsType)];
        if (name === undefined || !isRecord(secrets)) throw userError(`Datastore '${asked.params['name'] ?? ''}' has no secrets: its credentials are of the type '${String(credentialsType)}'.`);
        return { status: 200, body: { secretsType: credentialsType, [name]: secrets[name] } };
      },
    },
  ];
}

/** The datastores that every workspace begins with. */
export function furnishDatastores(world: World, workspace: Resource, author: Author, storage: Storage): void {
  const { accountName, key, endpoint, protocol } = storage;
  const guid = guidOf(workspace.id);
  const blob = (name: string, containerName: string, isDefault: boolean): void => {
    const properties: Properties = {
      datastoreType: 'AzureBlob', accountName, containerName, endpoint, protocol, isDefault, description: '', tags: {}, serviceDataAccessAuthIdentity: 'None',
      credentials: { credentialsType: 'AccountKey', secrets: { secretsType: 'AccountKey', key } },
    };
    keepRecord(world, datastores, `${workspace.id}/datastores/${name}`, properties, author);
  };
  blob('workspaceblobstore', `azureml-blobstore-${guid}`, true);
  blob('workspaceartifactstore', 'azureml', false);
}
