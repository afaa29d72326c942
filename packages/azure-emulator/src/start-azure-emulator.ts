import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGate } from './arm/gate.ts';
import { createOperations } from './arm/operations.ts';
import { armLimits, createThrottle } from './arm/throttle.ts';
import { chooseRunner } from './container-instance/choose-runner.ts';
import { containerInstances } from './container-instance/service.ts';
import { entraRoutes, type Account } from './entra/routes.ts';
import { openTokens } from './entra/tokens.ts';
import { createFaultPlan, type FaultPlan } from './faults/fault-plan.ts';
import { controlRoutes } from './faults/routes.ts';
import { listen, type Handlers } from './http/listen.ts';
import { createRouter } from './http/router.ts';
import { directoryRoutes, genericRoutes } from './resources/directory.ts';
import { groupRoutes } from './resources/groups.ts';
import { exchangeOf, type AzureEmulatorOptions } from './settings.ts';
import { machineLearning } from './machine-learning/service.ts';
import { openResourceStore } from './state/resource-store.ts';
import { scaledClock, type EmulatorClock } from './time/emulator-clock.ts';
import { openAuthority } from './tls/authority.ts';
import type { Service, World } from './world.ts';

export type Credential = { clientId: string; clientSecret: string };

/** What a client needs to be pointed here. */
export interface AzureEmulator extends AsyncDisposable {
  /** https, for everything. */
  readonly url: string;
  readonly httpUrl: string;
  readonly caFile: string;
  /** The authority's certificate, PEM. */
  readonly ca: string;
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** A Contributor of every subscription. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** May read, and nothing else. */
  readonly reader: Credential;
  /** Signs in, and may do nothing. */
  readonly stranger: Credential;
  /** For `ManagedIdentityCredential`: `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`. */
  readonly identity: { endpoint: string; header: string };
  /** What stands for containers: the engine of Docker, or processes of this machine. */
  readonly containers: 'docker' | 'process';
  readonly folder: string;
  readonly faults: FaultPlan;
  readonly clock: EmulatorClock;
}

const tenantId = '11111111-1111-1111-1111-111111111111';
const firstSubscription = '22222222-2222-2222-2222-222222222222';
const regions = ['eastus', 'eastus2', 'westus', 'westus2', 'westeurope', 'northeurope', 'westcentralus', 'centralus'];

/** Starts Azure on loopback. Disposing ends it; with a `folder` of the caller's, what runs in it runs on. */
export async function startAzureEmulator(options: AzureEmulatorOptions = {}): Promise<AzureEmulator> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'azure-emulator-'));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const tls = await openAuthority(folder);
  const clock = options.clock ?? scaledClock(options.timeScale);
  const faults = createFaultPlan(options.seed ?? 1);
  if (options.faults !== undefined) faults.use(options.faults);
  const store = openResourceStore(folder);
  const secrets = openSecrets(folder);
  const accounts = accountsOf(secrets);
  const [contributor, reader, stranger, identity] = accounts;
  const tokens = openTokens({ folder, clock, tenantId, lifetimeSeconds: options.tokenLifetimeSeconds ?? 3600 });
  const operations = createOperations({ store, clock, faults, retryAfterSeconds: 1 });
  let httpOrigin = '';
  const world: World = {
    clock, faults, store, operations, tenantId, subscriptions: options.subscriptions ?? [firstSubscription], regions: options.regions ?? regions, pageSize: options.pageSize ?? 100,
    identity: { header: secrets.identityHeader, endpoint: () => `${httpOrigin}/msi/token` },
  };
  const runner = await chooseRunner(options.runner);
  const services: Service[] = [containerInstances(world, { runner, ...options.containerInstances }), machineLearning(world, { ...options.machineLearning, runner, origin: () => httpOrigin })];
  const router = createRouter([
    ...controlRoutes(faults, clock), ...entraRoutes({ tokens, accounts, tenantId, identity, identityHeader: secrets.identityHeader }),
    ...operations.routes, ...groupRoutes(world, () => services), ...directoryRoutes(world, () => services), ...services.flatMap(({ routes }) => routes), ...genericRoutes(world),
  ]);
  const { onExchange } = options;
  const gate = createGate({
    router, tokens, accounts, subscriptions: world.subscriptions, faults, throttle: createThrottle(clock, options.limits ?? armLimits),
    ...(onExchange !== undefined && { record: (asked, answer, operation) => onExchange(exchangeOf(asked, answer, operation)) }),
  });
  const handlers: Handlers = {
    answer: gate,
    upgrade: (request, socket, head) => {
      if (!services.some((service) => service.upgrade?.(request, socket, head) === true)) socket.destroy();
    },
  };
  const https = await listen(options.port ?? 0, handlers, { cert: tls.cert, key: tls.key });
  const http = await listen(options.httpPort ?? 0, handlers);
  httpOrigin = http.origin;
  for (const service of services) service.resume?.();
  return {
    url: https.origin, httpUrl: http.origin, caFile: tls.caFile, ca: readFileSync(tls.caFile, 'utf8'), tenantId, subscriptionId: world.subscriptions[0] ?? firstSubscription,
    clientId: contributor.clientId, clientSecret: contributor.clientSecret, reader, stranger,
    identity: { endpoint: world.identity.endpoint(), header: secrets.identityHeader },
    containers: runner.kind, folder, faults, clock,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([https.close(), http.close()]);
      for (const service of services) await service.close({ endEffects: options.folder === undefined });
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Secrets = { client: string; reader: string; stranger: string; identityHeader: string };

/** Made once for a folder, so that what was written into a configuration stays right. */
function openSecrets(folder: string): Secrets {
  const file = join(folder, 'secrets.json');
  const fresh = (): string => randomBytes(24).toString('base64url');
  if (!existsSync(file)) writeFileSync(file, JSON.stringify({ client: fresh(), reader: fresh(), stranger: fresh(), identityHeader: fresh() }), { mode: 0o600 });
  return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
}

function accountsOf({ client, reader, stranger, identityHeader }: Secrets): readonly [Account, Account, Account, Account] {
  const guid = (text: string): string => createHash('sha256').update(text).digest('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  const account = (digit: string, role: Account['role'], clientSecret: string): Account => ({ clientId: '00000000-0000-0000-0000-000000000000'.replaceAll('0', digit), objectId: guid(`object ${digit}`), role, clientSecret });
  return [account('3', 'Contributor', client), account('4', 'Reader', reader), account('5', 'None', stranger), account('6', 'Contributor', identityHeader)];
}
