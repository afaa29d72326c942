import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DestinoError } from '@destino/core/errors';
import { jobSpecSchema, newKey } from '@destino/core/model';
import { createTestContext } from '@destino/driver-testkit';
import { helperScript } from '@destino/helper';
import { driver } from '../src/driver.js';
export const realClock = {
    monotonicMs: () => performance.now(),
    wallMs: () => performance.timeOrigin + performance.now(),
    sleep: async (ms, options) => {
        await setTimeout(ms, undefined, options?.signal === undefined ? {} : { signal: options.signal }).catch((error) => {
            throw new DestinoError('aborted', 'the sleep was stopped', { cause: error });
        });
    },
};
export const searchPath = '/usr/local/bin:/usr/bin:/bin';
export function freshKey() {
    return newKey((size) => new Uint8Array(randomBytes(size)));
}
export function spec(command, rest = {}) {
    return jobSpecSchema.parse({ name: 'trial', command: [command], baseVariables: { PATH: searchPath }, ...rest });
}
/** A local target with a machine folder of its own. */
export class Trial {
    dir = mkdtempSync(join(tmpdir(), "destino local 'ü' "));
    context;
    config;
    target;
    jobs;
    constructor(config = {}, workspace = 'trial') {
        this.config = { machineDir: join(this.dir, 'machine'), ...config };
        this.context = createTestContext({
            clock: realClock,
            owner: { workspace, incarnation: 'first' },
            helper: { ...helperScript(), image: () => undefined },
        });
        this.target = this.open();
        this.jobs = jobsOf(this.target);
    }
    /** The same target as another process would open it. */
    open(config = this.config) {
        return driver.open(config, this.context);
    }
    async submit(job, key = freshKey()) {
        const staged = await this.jobs.stage?.(job, { key, fence: 1 });
        const submitted = await this.jobs.submit(job, { key, fence: 1, ...(staged !== undefined && { staged }) });
        if (!('handle' in submitted))
            throw new Error('the local driver never answers busy');
        return submitted.handle;
    }
    async look(handle) {
        const [view] = await this.jobs.inspect([handle]);
        if (view === undefined)
            throw new Error('no answer');
        return view;
    }
    async view(handle) {
        const view = await this.look(handle);
        if (view.seen !== 'yes')
            throw new Error(`not seen: ${JSON.stringify(view)}`);
        return view;
    }
    async until(handle, done) {
        for (const deadline = performance.now() + 25_000;;) {
            const view = await this.look(handle);
            if (view.seen === 'yes' && done(view))
                return view;
            if (performance.now() > deadline)
                throw new Error(`waited in vain; last seen: ${JSON.stringify(view)}`);
            await setTimeout(10);
        }
    }
    ended(handle) {
        return this.until(handle, ({ state }) => ['succeeded', 'failed', 'cancelled'].includes(state));
    }
    async log(handle, stream = 'stdout') {
        const parts = [];
        for await (const record of this.jobs.logs(handle, { follow: true })) {
            if ('bytes' in record && record.stream === stream)
                parts.push(record.bytes);
        }
        return Buffer.concat(parts).toString();
    }
    dispose() {
        rmSync(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    }
}
export function jobsOf(target) {
    if (target.jobs === undefined)
        throw new Error('a local target runs jobs');
    return target.jobs;
}
//# sourceMappingURL=trial.js.map