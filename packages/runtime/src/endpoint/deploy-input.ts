import type { ForcedEnvironment } from '@destino/formats';

/** What is to be deployed: a deployment file, or a model with its entry script. */
export type DeployInput = {
  /** An online deployment in Azure ML YAML. */
  file?: string | undefined;
  /** `NAME[:VERSION]`, `NAME@latest` or `JOB:OUTPUT`; with a file it takes the place of the file's. */
  model?: string | undefined;
  /** The folder of the entry script; default the code of the job that made the model. */
  code?: string | undefined;
  /** The entry script, relative to the folder; default the `score.*` that lies in it. */
  script?: string | undefined;
  /** Default the file's, else the model's name. Made when it is not there. */
  endpoint?: string | undefined;
  /** Of the deployment. Default the file's, else the next of `v1`, `v2` … */
  name?: string | undefined;
  target?: string | undefined;
  set?: readonly string[] | undefined;
  variables?: Readonly<Record<string, string>> | undefined;
  environment?: ForcedEnvironment | undefined;
  environmentRelaxed?: boolean | undefined;
  /** Copies; default the file's, else 1. */
  copies?: number | undefined;
  /** What becomes of the traffic once it is healthy. Default `all`. */
  traffic?: 'all' | 'none' | undefined;
  /** Percent for it alone at first, and how long that is watched before it gets all. */
  canary?: { percent: number; bakeMs: number } | undefined;
  /** How long what it replaces is kept at 0 %. Default 15 minutes. */
  keepWarmMs?: number | undefined;
  healthyWithinMs?: number | undefined;
};

/** What a deployment will do, decided and without effect yet. */
export type DeployPlan = {
  endpoint: string;
  /** It will be made. */
  newEndpoint: boolean;
  deployment: string;
  /** It stands already, and is changed. */
  update: boolean;
  /** It stands already with just this content: nothing of it changes. */
  unchanged: boolean;
  target: string;
  model?: { name: string; version: string };
  copies: { min: number; max: number };
  before: Readonly<Record<string, number>>;
  after: Readonly<Record<string, number>>;
  replaces: readonly string[];
  notes: readonly string[];
};
