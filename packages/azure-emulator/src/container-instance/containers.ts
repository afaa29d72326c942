import type { World } from '../world.ts';
import { iso } from '../time/emulator-clock.ts';
import { addEvent } from './group-state.ts';
import { alterIn, superseded, tellFault, type GroupHold } from './hold.ts';
import { planRun } from './run-plan.ts';
import { createPuller } from './pull-images.ts';
import type { Runner } from './runner.ts';
import type { Timings } from './timings.ts';

const lookEveryMs = 40;

/** The single containers of groups: pull, start, watch, start again as the policy says. */
export interface Containers {
  pullImages(id: string, epoch: number): Promise<void>;
  runInit(id: string, epoch: number): Promise<void>;
  startAll(id: string, epoch: number): Promise<void>;
  watchAll(id: string, epoch: number): void;
  /** Ends one container, told as an event; the policy then has its say. */
  end(id: string, epoch: number, name: string, event: string, message: string): Promise<void>;
  /** Ends all of them for good. */
  endAll(id: string, epoch: number, event: string, message: string): Promise<void>;
  /** Writes down how what was killed has ended. */
  tellEnds(id: string, epoch: number): Promise<void>;
  close(): Promise<void>;
}

export type ContainersOptions = { world: World; runner: Runner; timings: Timings; hold: GroupHold };

export function createContainers({ world, runner, timings, hold }: ContainersOptions): Containers {
  const watches = new Set<Promise<void>>();
  const now = (): string => iso(world.clock.nowMs());
  const alter = alterIn(hold);
  const start = async (id: string, epoch: number, name: string): Promise<void> => {
    const plan = planRun(world, hold.read(id, epoch), name);
    const run = await runner.start(plan);
    try {
      alter(id, epoch, name, (container) => {
        container.run = run;
        container.current = { state: 'Running', startTime: now(), detailStatus: '' };
        addEvent(container.events, now(), 'Created', 'Created container');
        addEvent(container.events, now(), 'Started', 'Started container');
      });
    } catch (error) {
      await runner.kill(run, 0); // the group took another course while the container started
      throw error;
    }
  };
  const end = (id: string, epoch: number, name: string, exitCode: number): void => {
    alter(id, epoch, name, (container) => {
      container.current = { state: 'Terminated', ...(container.current.startTime !== undefined && { startTime: container.current.startTime }), exitCode, finishTime: now(), detailStatus: exitCode === 0 ? 'Completed' : 'Error' };
      if (exitCode !== 0) addEvent(container.events, now(), 'Killing', `Container exited with code ${exitCode}`, 'Warning');
      delete container.run;
    });
  };
  /** Resolves with the exit code of the run that is under way. */
  const ended = async (id: string, epoch: number, name: string): Promise<number> => {
    for (;;) {
      const state = hold.read(id, epoch);
      const run = state.containers[name]?.run;
      if (run === undefined) throw superseded;
      const code = await runner.exitCode(planRun(world, state, name), run);
      if (code !== undefined) return code;
      await new Promise((done) => setTimeout(done, lookEveryMs));
    }
  };
  const again = async (id: string, epoch: number, name: string): Promise<void> => {
    const restarts = hold.read(id, epoch).containers[name]?.restartCount ?? 0;
    alter(id, epoch, name, (container) => {
      container.previous = container.current;
      container.current = { state: 'Waiting', detailStatus: 'CrashLoopBackOff: Back-off restarting failed' };
    });
    await hold.pause(id, epoch, restarts === 0 ? 0 : Math.min(timings.longestRestartMs, timings.restartMs * 2 ** (restarts - 1)));
    alter(id, epoch, name, (container) => {
      container.restartCount += 1;
      container.generation += 1;
    });
    await start(id, epoch, name);
  };
  const watch = async (id: string, epoch: number, name: string): Promise<void> => {
    for (;;) {
      const code = await ended(id, epoch, name);
      end(id, epoch, name, code);
      const policy = hold.read(id, epoch).request.properties.restartPolicy ?? 'Always';
      if (policy === 'Never' || (policy === 'OnFailure' && code === 0)) return;
      await again(id, epoch, name);
    }
  };
  const follow = (id: string, epoch: number, name: string): void => {
    const watched: Promise<void> = watch(id, epoch, name).catch((error: unknown) => tellFault(world, id, error));
    watches.add(watched);
    void watched.finally(() => watches.delete(watched));
  };
  const kill = async (id: string, epoch: number, name: string, event: string, message: string): Promise<void> => {
    alter(id, epoch, name, ({ events }) => addEvent(events, now(), event, message, 'Warning'));
    const run = hold.read(id, epoch).containers[name]?.run;
    if (run !== undefined) await runner.kill(run, timings.graceMs);
  };
  const mainNames = (id: string, epoch: number): string[] => hold.read(id, epoch).request.properties.containers.map(({ name }) => name);
  return {
    pullImages: createPuller({ world, runner, timings, hold }),
    runInit: async (id, epoch) => {
      const { initContainers, restartPolicy } = hold.read(id, epoch).request.properties;
      for (const { name } of initContainers ?? []) {
        await start(id, epoch, name);
        for (;;) {
          const code = await ended(id, epoch, name);
          end(id, epoch, name, code);
          if (code === 0) break;
          if (restartPolicy === 'Never') return failInit(id, epoch, name, code);
          await again(id, epoch, name);
        }
      }
    },
    startAll: async (id, epoch) => {
      const names = mainNames(id, epoch);
      await Promise.all(names.map((name) => start(id, epoch, name)));
      for (const name of names) follow(id, epoch, name);
    },
    watchAll: (id, epoch) => {
      const state = hold.read(id, epoch);
      for (const name of mainNames(id, epoch)) if (state.containers[name]?.run !== undefined) follow(id, epoch, name);
    },
    end: kill,
    endAll: async (id, epoch, event, message) => {
      hold.change(id, epoch, (state) => {
        addEvent(state.events, now(), event, message, 'Warning');
        state.request.properties.restartPolicy = 'Never';
      });
      await Promise.all(mainNames(id, epoch).map((name) => kill(id, epoch, name, 'Killing', message)));
    },
    tellEnds: async (id, epoch) => {
      const state = hold.read(id, epoch);
      for (const [name, { run }] of Object.entries(state.containers)) {
        if (run !== undefined) end(id, epoch, name, (await runner.exitCode(planRun(world, state, name), run)) ?? 137);
      }
    },
    close: async () => void (await Promise.allSettled(watches)),
  };

  function failInit(id: string, epoch: number, name: string, code: number): never {
    const message = `The init container '${name}' ended with exit code ${code}.`;
    const failed = hold.change(id, epoch, (state) => {
      state.provisioning = 'Failed';
      addEvent(state.events, now(), 'InitContainerFailed', message, 'Warning');
    });
    if (failed.operation !== undefined) world.operations.end(failed.operation, 'Failed', { code: 'ContainerGroupDeploymentFailed', message });
    throw superseded;
  }
}
