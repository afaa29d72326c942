import { request } from 'node:http';
import type { World } from '../world.ts';
import { iso } from '../time/emulator-clock.ts';
import type { Containers } from './containers.ts';
import { addEvent, type GroupState } from './group-state.ts';
import { tellFault, type GroupHold } from './hold.ts';
import type { Probe } from './request.ts';
import { planRun } from './run-plan.ts';
import type { Runner } from './runner.ts';

type Around = { world: World; runner: Runner; hold: GroupHold; containers: Containers };

/** Looks after every container with a probe as long as its course of events lasts. */
export function watchProbes(around: Around, id: string, epoch: number): void {
  for (const { name, properties } of around.hold.read(id, epoch).request.properties.containers) {
    for (const kind of ['livenessProbe', 'readinessProbe'] as const) {
      const probe = properties[kind];
      if (probe == null) continue;
      void look(around, { id, epoch, name, kind, probe }).catch((error: unknown) => tellFault(around.world, id, error));
    }
  }
}

type Watched = { id: string; epoch: number; name: string; kind: 'livenessProbe' | 'readinessProbe'; probe: Probe };

async function look(around: Around, { id, epoch, name, kind, probe }: Watched): Promise<void> {
  const { world, hold, containers } = around;
  await hold.pause(id, epoch, (probe.initialDelaySeconds ?? 0) * 1000);
  let failures = 0;
  for (;;) {
    const state = hold.read(id, epoch);
    const running = state.containers[name]?.current.state === 'Running';
    const problem = running ? await tryProbe(around, state, name, probe) : undefined;
    failures = problem === undefined ? 0 : failures + 1;
    if (problem !== undefined) {
      const word = kind === 'livenessProbe' ? 'Liveness' : 'Readiness';
      hold.change(id, epoch, (each) => {
        const container = each.containers[name];
        if (container !== undefined) addEvent(container.events, iso(world.clock.nowMs()), 'Unhealthy', `${word} probe failed: ${problem}`, 'Warning');
      });
    }
    if (kind === 'livenessProbe' && failures >= (probe.failureThreshold ?? 3)) {
      failures = 0;
      await containers.end(id, epoch, name, 'Killing', `Container ${name} failed liveness probe, will be restarted`);
    }
    await hold.pause(id, epoch, (probe.periodSeconds ?? 10) * 1000);
  }
}

async function tryProbe({ world, runner }: Around, state: GroupState, name: string, probe: Probe): Promise<string | undefined> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  const run = state.containers[name]?.run;
  if (probe.httpGet !== undefined) return await get(state.ip, probe.httpGet, timeoutMs);
  if (probe.exec === undefined || run === undefined) return undefined;
  const child = runner.exec(planRun(world, state, name), run, probe.exec.command);
  return await new Promise((done) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.once('error', (error) => (clearTimeout(timer), done(error.message)));
    child.once('close', (code) => (clearTimeout(timer), done(code === 0 ? undefined : `exit code ${code ?? 'none: it took too long'}`)));
  });
}

type HttpGet = NonNullable<Probe['httpGet']>;

function get(host: string, { port, path = '/', httpHeaders = [] }: HttpGet, timeoutMs: number): Promise<string | undefined> {
  const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value]));
  return new Promise((done) => {
    const asking = request({ host, port, path, headers, timeout: timeoutMs }, (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      done(statusCode >= 200 && statusCode < 400 ? undefined : `HTTP probe failed with statuscode: ${statusCode}`);
    });
    asking.once('timeout', () => asking.destroy(new Error('it took too long')));
    asking.once('error', (error) => done(error.message));
    asking.end();
  });
}
