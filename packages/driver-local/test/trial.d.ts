import type { Clock, ComputeTarget, Jobs } from '@destino/core/driver';
import { type Handle, type JobInspection, type JobSpec, type JobSpecInput, type JobView } from '@destino/core/model';
import { type TestContext } from '@destino/driver-testkit';
import type { LocalConfig } from '../src/config.ts';
export declare const realClock: Clock;
export declare const searchPath = "/usr/local/bin:/usr/bin:/bin";
export declare function freshKey(): string;
export declare function spec(command: string, rest?: Partial<JobSpecInput>): JobSpec;
/** A local target with a machine folder of its own. */
export declare class Trial {
    readonly dir: string;
    readonly context: TestContext;
    readonly config: LocalConfig;
    readonly target: ComputeTarget;
    readonly jobs: Jobs;
    constructor(config?: LocalConfig, workspace?: string);
    /** The same target as another process would open it. */
    open(config?: LocalConfig): ComputeTarget;
    submit(job: JobSpec, key?: string): Promise<Handle>;
    look(handle: Handle): Promise<JobInspection>;
    view(handle: Handle): Promise<JobView>;
    until(handle: Handle, done: (view: JobView) => boolean): Promise<JobView>;
    ended(handle: Handle): Promise<JobView>;
    log(handle: Handle, stream?: 'stdout' | 'stderr'): Promise<string>;
    dispose(): void;
}
export declare function jobsOf(target: ComputeTarget): Jobs;
//# sourceMappingURL=trial.d.ts.map