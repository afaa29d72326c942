import { z } from 'zod';
import { capabilities, capabilityNames, defineDriver, type Capabilities, type ComputeTarget, type Driver, type Traits } from '@destino/core/driver';
import { isDestinoError } from '@destino/core/errors';
import { secretReferenceSchema, type Json, type TargetProbe } from '@destino/core/model';
import type { CallHooks } from './call-hooks.ts';
import { checkWant } from './driver/check.ts';
import { fakeJobs } from './driver/jobs.ts';
import { fakeServices, type ConnectService } from './driver/services.ts';
import { createSession, type Session } from './driver/session.ts';
import { fakeStateSchema } from './driver/state.ts';
import { fakeAttachment, fakeNodes, fakeOwned, fakePower, fakeProvisioning } from './driver/target-facets.ts';
import { programmeSchema } from './programme.ts';
import type { RemoteLink } from './remote-api.ts';

export const fakeConfigSchema = z.strictObject({
  /** The name of the target in the remote world. */
  target: z.string().min(1).default('fake'),
  token: secretReferenceSchema.optional(),
});
export type FakeConfig = z.infer<typeof fakeConfigSchema>;

export type FakeDriverOptions = {
  /** A `FakeRemote`, or a client of one in another process. */
  remote: RemoteLink;
  /** Default `fake`. */
  kind?: string;
  /** Over what the remote's settings say. */
  traits?: Partial<Traits>;
  /** Names that this kind cannot do, with reasons. Default: it can do all. */
  unsupported?: Partial<Record<(typeof capabilityNames)[number], string>>;
  hooks?: CallHooks;
  /** Who calls, in the world's records of effects. Default `host-1`. */
  host?: string;
  /** Default 1,000. */
  followPollMs?: number;
  /** Ignores every signal: a driver that is not well made. */
  deaf?: boolean;
  stateVersion?: number;
  migrateState?: (state: Json, from: number) => Json;
  /** A way to a service over HTTP; without it `connect` answers that there is none. */
  connect?: ConnectService;
};

function traitsOf(options: FakeDriverOptions): Traits {
  const { once, queue, logs, timeout, visibleAfterMs } = options.remote.settings;
  return { once, queue, logs, timeout, reach: 'anywhere', settleMs: visibleAfterMs, batch: 1000, ...options.traits };
}

function capabilitiesOf(options: FakeDriverOptions): Capabilities {
  const named = capabilityNames.map((name) => {
    const reason = options.unsupported?.[name];
    return [name, reason === undefined ? true : { unsupported: reason }] as const;
  });
  return capabilities(Object.fromEntries(named), 'the fake does not know it');
}

async function probe(session: Session, signal: AbortSignal | undefined): Promise<TargetProbe> {
  try {
    const target = await session.link.readTarget({ name: session.targetName }, signal === undefined ? {} : { signal });
    const stopped = target.seen === 'yes' && target.state !== 'ready';
    const slots = session.link.settings.slots;
    const attributes = { ...(slots !== undefined && { slots }), clockOffsetMs: session.link.settings.clockOffsetMs };
    return { health: stopped ? 'unhealthy' : 'healthy', text: stopped ? `the target is ${target.state}` : 'the fake answers', attributes, missing: {} };
  } catch (error) {
    if (!isDestinoError(error, 'unavailable')) throw error;
    return { health: 'undetected', text: error.message, attributes: {}, missing: {} };
  }
}

function facets(session: Session, can: Capabilities, connect: ConnectService | undefined): Omit<ComputeTarget, 'probe' | typeof Symbol.asyncDispose> {
  const { update, ...fixed } = fakeProvisioning(session);
  const { invoke, ...served } = fakeServices(session, connect);
  return {
    ...(can.attach === true && { attachment: fakeAttachment(session) }),
    ...(can.provision === true && { provisioning: can.update === true && update !== undefined ? { ...fixed, update } : fixed }),
    ...(can.power === true && { power: fakePower(session) }),
    ...(can.nodes === true && { nodes: fakeNodes(session) }),
    ...(can.jobs === true && { jobs: fakeJobs(session) }),
    ...(can.services === true && { services: can['services.invoke'] === true && invoke !== undefined ? { ...served, invoke } : served }),
    ...(can.owned === true && { owned: fakeOwned(session) }),
  };
}

/** A driver of the fake remote world that keeps every rule of the contract, as far as its hooks let it. */
export function createFakeDriver(options: FakeDriverOptions): Driver<FakeConfig> {
  const traits = traitsOf(options);
  const can = capabilitiesOf(options);
  const attempts = new Map<string, number>();
  const kind = options.kind ?? 'fake';
  const stateVersion = options.stateVersion ?? 1;
  return defineDriver<FakeConfig>({
    kind,
    capabilities: can,
    traits,
    configSchema: fakeConfigSchema,
    jobSchema: programmeSchema,
    stateSchema: fakeStateSchema,
    stateVersion,
    ...(options.migrateState !== undefined && { migrateState: options.migrateState }),
    check: (want, _config, lastProbe) => checkWant(want, can, traits, lastProbe),
    open: (config, context) => {
      const disposal = new AbortController();
      const session = createSession({
        link: options.remote,
        context,
        kind,
        stateVersion,
        targetName: config.target,
        host: options.host ?? 'host-1',
        followPollMs: options.followPollMs ?? 1000,
        disposed: disposal.signal,
        hooks: options.hooks ?? {},
        attempts,
        deaf: options.deaf ?? false,
      });
      return {
        probe: (callOptions) => session.run({ op: 'probe' }, callOptions, () => probe(session, callOptions?.signal)),
        ...facets(session, can, options.connect),
        [Symbol.asyncDispose]: async () => disposal.abort(),
      };
    },
  });
}
