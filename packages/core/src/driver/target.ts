import type { TargetProbe } from '../model/index.ts';
import type { Attachment } from './attachment.ts';
import type { Jobs } from './jobs.ts';
import type { Nodes } from './nodes.ts';
import type { CallOptions } from './options.ts';
import type { Owned } from './owned.ts';
import type { Power } from './power.ts';
import type { Provisioning } from './provisioning.ts';
import type { Services } from './services.ts';

/**
 * One opened target. Only `probe` is required; every other facet is an object that is there exactly when the kind's
 * capabilities say so. Disposing frees sockets and timers here and never destroys anything there.
 */
export interface ComputeTarget extends AsyncDisposable {
  probe(options?: CallOptions): Promise<TargetProbe>;
  readonly attachment?: Attachment;
  readonly provisioning?: Provisioning;
  readonly power?: Power;
  readonly nodes?: Nodes;
  readonly jobs?: Jobs;
  readonly services?: Services;
  readonly owned?: Owned;
}
