import { iso } from '../time/emulator-clock.ts';
import type { World } from '../world.ts';
import type { ContainersOptions } from './containers.ts';
import { addEvent } from './group-state.ts';
import { alterIn, superseded } from './hold.ts';
import type { Runner } from './runner.ts';

/** Pulls all images of a group, as often as its patience allows. */
export function createPuller({ world, runner, timings, hold }: ContainersOptions): (id: string, epoch: number) => Promise<void> {
  const alter = alterIn(hold);
  const now = (): string => iso(world.clock.nowMs());
  const pull = async (id: string, epoch: number, name: string, image: string): Promise<void> => {
    const startMs = world.clock.nowMs();
    for (let attempt = 0; ; attempt += 1) {
      alter(id, epoch, name, ({ events }) => addEvent(events, now(), 'Pulling', `pulling image "${image}"`));
      await hold.pause(id, epoch, timings.pullMs);
      const problem = await pullOnce(world, runner, image);
      if (problem === undefined) {
        return alter(id, epoch, name, ({ events, current }) => {
          current.startTime = now();
          current.detailStatus = '';
          addEvent(events, now(), 'Pulled', `Successfully pulled image "${image}"`);
        });
      }
      alter(id, epoch, name, ({ events, current }) => {
        current.detailStatus = attempt === 0 ? 'ErrImagePull' : 'ImagePullBackOff';
        addEvent(events, now(), 'Failed', `Failed to pull image "${image}": ${problem}`, 'Warning');
        addEvent(events, now(), 'BackOff', `Back-off pulling image "${image}"`, 'Warning');
      });
      if (world.clock.nowMs() - startMs > timings.pullPatienceMs) {
        const { operation } = hold.change(id, epoch, (state) => void (state.provisioning = 'Failed'));
        if (operation !== undefined) world.operations.end(operation, 'Failed', { code: 'InaccessibleImage', message: `The image '${image}' in container group is not accessible. Please check the image and registry credential.` });
        throw superseded;
      }
      await hold.pause(id, epoch, Math.min(timings.longestRestartMs, timings.restartMs * 2 ** attempt));
    }
  };
  return async (id, epoch) => {
    const { containers, initContainers } = hold.read(id, epoch).request.properties;
    const all = [...(initContainers ?? []), ...containers];
    await Promise.all(all.map(({ name, properties }) => pull(id, epoch, name, properties.image ?? 'scratch')));
  };
}

async function pullOnce(world: World, runner: Runner, image: string): Promise<string | undefined> {
  if (world.faults.take('image-pull', { path: image }) !== undefined) return `rpc error: code = Unknown desc = failed to pull image "${image}" (a fault that was asked for)`;
  try {
    await runner.pull(image);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
