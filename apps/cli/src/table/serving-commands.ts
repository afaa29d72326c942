import type { ArgumentSpec, CommandSpec, OptionSpec } from './command.ts';
import { file, yes } from './options.ts';

const endpoint: ArgumentSpec = { name: 'name', summary: 'an endpoint; the only one when none is named', optional: true };
const deployment: ArgumentSpec = { name: 'name', summary: 'a deployment, or ENDPOINT/DEPLOYMENT', optional: true };
const ofEndpoint: readonly OptionSpec[] = [{ flags: '-e, --endpoint <name>', summary: 'the endpoint; the only one when none is named' }, { flags: '--endpoint-name <name>', summary: 'the same, as az takes it' }];
const named: OptionSpec = { flags: '-n, --name <name>', summary: 'the name, as az takes it' };
const model: ArgumentSpec = { name: 'model', summary: 'NAME, NAME:VERSION or NAME@latest', optional: true };
const modelVersion: readonly OptionSpec[] = [named, { flags: '-v, --version <version>', summary: 'the version, as az takes it' }];

const content: readonly OptionSpec[] = [
  file,
  { flags: '-t, --target <name>', summary: 'where it is to stand; default the default target' },
  ...ofEndpoint,
  { flags: '-n, --name <name>', summary: 'of the deployment; default the next of v1, v2 …' },
  { flags: '--model <model>', summary: "NAME[:VERSION] or JOB:OUTPUT, in place of the file's" },
  { flags: '--code <folder>', summary: 'the folder of the entry script; default the code of the job that made the model' },
  { flags: '--script <path>', summary: 'the entry script in it; default its score.py, score.mjs, score.js or score.ts' },
  { flags: '--instance-count <count>', summary: 'copies' },
  { flags: '--set <path=value>', summary: 'changes a field of the file', many: true },
  { flags: '--var <NAME=value>', summary: 'fills {{NAME}} in the file', many: true },
  { flags: '--env <how>', summary: 'realise the environment so: host, venv, docker or image:REF' },
  { flags: '--env-relaxed', summary: 'go without packages that cannot be had' },
  { flags: '--no-wait', summary: 'do not wait until it is healthy' },
  yes,
];
const rollout: readonly OptionSpec[] = [
  { flags: '--canary <percent>', summary: 'give it this share first, and all of it when the bake went well' },
  { flags: '--bake <time>', summary: 'how long a canary is watched, as 10m (default 10m)' },
  { flags: '--wait', summary: 'wait for the end of the bake, too' },
  { flags: '--keep-warm <time>', summary: 'how long what it replaces is kept at 0 % (default 15m)' },
];

const request: readonly OptionSpec[] = [
  { flags: '-r, --request <file>', summary: 'the body, from a file; - is standard input' },
  { flags: '--request-file <file>', summary: 'the same, as az takes it' },
  { flags: '--data <text>', summary: 'the body itself' },
  { flags: '-d, --deployment <name>', summary: 'this deployment, whatever the traffic' },
  { flags: '--deployment-name <name>', summary: 'the same, as az takes it' },
  { flags: '--content-type <type>', summary: 'default application/json' },
  { flags: '--header <name=value>', summary: 'a header of the request', many: true },
];
const invokeEndpoint: CommandSpec = { name: 'endpoint invoke', summary: 'send a request with the key of the endpoint', arguments: [endpoint], options: [named, ...request], examples: ["destino invoke iris --data '{\"data\": [[5.1, 3.5, 1.4, 0.2]]}'", 'destino invoke iris --request rows.json --deployment green'], load: () => import('../commands/endpoint-invoke.ts') };
const traffic: CommandSpec = {
  name: 'endpoint traffic',
  summary: 'show the split of the traffic, or change it: blue=90 green=10',
  arguments: [endpoint, { name: 'split', summary: 'DEPLOYMENT=PERCENT …; what is not named keeps its share', optional: true, many: true }],
  options: [named, { flags: '--traffic <split>', summary: 'the whole split, as az takes it: "blue=90 green=10"' }, { flags: '--mirror <split>', summary: 'copies of requests: green=10; none ends it' }, { flags: '--mirror-traffic <split>', summary: 'the same, as az takes it' }],
  load: () => import('../commands/endpoint-traffic.ts'),
};
const keys: CommandSpec = {
  name: 'endpoint keys',
  aliases: ['get-credentials'],
  summary: 'the keys of an endpoint, or a new one in place of one',
  arguments: [endpoint],
  options: [named, { flags: '--rotate <key>', summary: 'replace this one; the other stays good', choices: ['primary', 'secondary'] }, { flags: '--key-value-from <file>', summary: 'take the new key from here; - is standard input' }, yes],
  load: () => import('../commands/endpoint-keys.ts'),
};
const logs: CommandSpec = { name: 'deployment logs', aliases: ['get-logs'], summary: 'what a deployment wrote', arguments: [deployment], options: [named, ...ofEndpoint, { flags: '-f, --follow', summary: 'go on until Ctrl-C' }, { flags: '-l, --lines <count>', summary: 'only the last ones' }], load: () => import('../commands/deployment-logs.ts') };

export const shortServingCommands: readonly CommandSpec[] = [
  {
    name: 'deploy',
    summary: 'serve a model behind an endpoint, and give it the traffic once it is healthy',
    arguments: [{ name: 'what', summary: 'a deployment file, a model (NAME[:VERSION]), or an output of a job (JOB:OUTPUT)', optional: true }],
    options: [...content, { flags: '--as <name>', summary: 'the same as --endpoint' }, { flags: '--no-traffic', summary: 'leave the traffic as it is' }, { flags: '--all-traffic', summary: 'what it does anyway, as az says it' }, ...rollout],
    examples: ['destino deploy deployment.yml', 'destino deploy iris:3 --code src --script score.py', 'destino deploy calm-heron:model --as iris --canary 10 --bake 10m'],
    load: () => import('../commands/deploy.ts'),
  },
  { ...invokeEndpoint, name: 'invoke' },
];

export const servingCommands: readonly CommandSpec[] = [
  {
    name: 'endpoint create',
    summary: 'make an endpoint: an address and two keys',
    arguments: [{ name: 'name', summary: 'its name', optional: true }],
    options: [file, named, { flags: '--port <port>', summary: 'of this machine; default the first free one from 18080' }, { flags: '--description <text>', summary: 'what it is for' }, { flags: '--max-body <bytes>', summary: 'the longest body it takes (default 104857600)' }, { flags: '--set <path=value>', summary: 'changes a field of the file', many: true }, { flags: '--auth-mode <mode>', summary: 'as az takes it', choices: ['key'] }, yes],
    load: () => import('../commands/endpoint-create.ts'),
  },
  { name: 'endpoint list', aliases: ['ls', 'get'], summary: 'the endpoints of the workspace', load: () => import('../commands/endpoint-list.ts') },
  { name: 'endpoint show', aliases: ['describe'], summary: 'address, traffic, deployments, request rates and latencies', arguments: [endpoint], options: [named], load: () => import('../commands/endpoint-show.ts') },
  { name: 'endpoint delete', summary: 'end an endpoint with all its deployments', arguments: [endpoint], options: [named, { flags: '--no-wait', summary: 'do not wait until it is gone' }, yes], load: () => import('../commands/endpoint-delete.ts') },
  keys,
  { ...keys, name: 'endpoint regenerate-keys', aliases: [], hidden: true, summary: 'as keys --rotate', options: [named, { flags: '--key-type <key>', summary: 'primary or secondary', choices: ['primary', 'secondary'] }, yes] },
  traffic,
  { ...traffic, name: 'endpoint update', hidden: true, summary: 'as endpoint traffic' },
  { name: 'endpoint history', summary: 'every change of deployments and traffic, by whom', arguments: [endpoint], options: [named], load: () => import('../commands/endpoint-history.ts') },
  { name: 'endpoint rollback', summary: 'return to an earlier revision', arguments: [endpoint, { name: 'revision', summary: 'its number; default the last that differs', optional: true }], options: [named, yes], load: () => import('../commands/endpoint-rollback.ts') },
  invokeEndpoint,
  { name: 'deployment create', summary: 'add a deployment, or change one, without giving it traffic', arguments: [{ name: 'file', summary: 'a deployment file', optional: true }], options: [...content, { flags: '--all-traffic', summary: 'give it all the traffic once it is healthy' }], load: () => import('../commands/deployment-create.ts') },
  { name: 'deployment update', summary: 'as create', hidden: true, arguments: [{ name: 'file', summary: 'a deployment file', optional: true }], options: content, load: () => import('../commands/deployment-create.ts') },
  { name: 'deployment list', aliases: ['ls', 'get'], summary: 'the deployments of an endpoint, or of all', options: ofEndpoint, load: () => import('../commands/deployment-list.ts') },
  { name: 'deployment show', aliases: ['describe'], summary: 'everything about a deployment', arguments: [deployment], options: [named, ...ofEndpoint], load: () => import('../commands/deployment-show.ts') },
  logs,
  { name: 'deployment scale', summary: 'another number of copies', arguments: [deployment, { name: 'count', summary: '3, or 1..4', optional: true }], options: [named, ...ofEndpoint, { flags: '--instance-count <count>', summary: 'as az takes it' }], load: () => import('../commands/deployment-scale.ts') },
  { name: 'deployment delete', summary: 'end a deployment that has no traffic', arguments: [deployment], options: [named, ...ofEndpoint, yes], load: () => import('../commands/deployment-delete.ts') },
  {
    name: 'model register',
    aliases: ['create'],
    summary: 'keep files as a version of a model: of a file, a folder, or an output of a job',
    arguments: [{ name: 'from', summary: 'a file or folder, JOB:OUTPUT, or a model file in Azure ML YAML', optional: true }],
    options: [file, ...modelVersion, { flags: '--path <path>', summary: 'the file or folder, or azureml://jobs/…, as az takes it' }, { flags: '--type <type>', summary: 'default custom_model', choices: ['custom_model', 'mlflow_model', 'triton_model'] }, { flags: '--description <text>', summary: 'what it is' }, { flags: '--tag <key=value>', summary: 'a label', many: true }, { flags: '--set <path=value>', summary: 'changes a field of the file', many: true }],
    examples: ['destino model register calm-heron:model --name iris', 'destino model register ./model --name iris --version 7'],
    load: () => import('../commands/model-register.ts'),
  },
  { name: 'model list', aliases: ['ls', 'get'], summary: 'the models of the workspace, or the versions of one', arguments: [{ name: 'name', summary: 'only this one', optional: true }], options: [named, { flags: '--limit <count>', summary: 'at most this many (default 50)' }], load: () => import('../commands/model-list.ts') },
  { name: 'model show', aliases: ['describe'], summary: 'a version of a model, and where it comes from', arguments: [model], options: modelVersion, load: () => import('../commands/model-show.ts') },
  { name: 'model download', summary: 'bring the files of a model into a folder here', arguments: [model], options: [...modelVersion, { flags: '--to <folder>', summary: 'default: a folder with the name of the model' }, { flags: '-p, --download-path <folder>', summary: 'the same, as az takes it' }], load: () => import('../commands/model-download.ts') },
  { name: 'model delete', summary: 'forget a version that nothing serves', arguments: [model], options: [...modelVersion, yes], load: () => import('../commands/model-delete.ts') },
];
