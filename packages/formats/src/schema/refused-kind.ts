/** Kinds that are recognised and not read: `not-yet` will be, `outside` will not, each with what to use instead. */
export const refusedKinds = {
  'sweep-job': ['not-yet', 'a sweep job', 'run its trial with fixed values as a command job: destino run trial.yml --input NAME=VALUE'],
  'pipeline-job': ['not-yet', 'a pipeline job', 'run its steps one by one as command jobs'],
  'pipeline-component': ['not-yet', 'a pipeline component', 'run its steps one by one as command jobs'],
  'parallel-job': ['not-yet', 'a parallel job', 'run a command job that walks over its input'],
  'parallel-component': ['not-yet', 'a parallel component', 'run a command job that walks over its input'],
  'batch-endpoint': ['not-yet', 'a batch endpoint', 'run the scoring as a command job'],
  'batch-deployment': ['not-yet', 'a batch deployment', 'run the scoring as a command job'],
  schedule: ['not-yet', 'a schedule', 'start the job from cron: destino run job.yml --detach'],
  import: ['not-yet', 'a data import', 'copy the data by a command job'],
  datastore: ['not-yet', 'a datastore', 'name it below datastores: in destino.yaml'],
  'model-package': ['outside', 'a model package', 'deploy the model with its environment: destino deploy deployment.yml'],
  automl: ['outside', 'an automated ML job', 'write the training as a command job'],
  spark: ['outside', 'a Spark job or component', 'submit it by spark-submit in a command job, on an image that has Spark'],
  synapsespark: ['outside', 'a Synapse Spark pool', 'attach the machines by SSH: destino target attach NAME --kind ssh'],
  'fine-tuning': ['outside', 'a fine-tuning job', 'write the training as a command job'],
  distillation: ['outside', 'a distillation job', 'write the training as a command job'],
  'feature-store': ['outside', 'a feature store, set or entity', 'compute features by a command job and keep them as data'],
  registry: ['outside', 'an Azure ML registry', 'share models and environments in a workspace: destino server start'],
  'azure-workspace': ['outside', 'an Azure ML workspace', 'destino init makes a workspace of Destino; Azure’s own is made by az ml workspace create'],
  connection: ['outside', 'a connection', 'keep its credential as a secret: destino secret set NAME'],
  serverless: ['outside', 'a serverless model endpoint', 'serve the model by an online deployment'],
  monitor: ['outside', 'a model monitor', 'compare recorded requests by a scheduled command job'],
} as const satisfies Record<string, readonly ['not-yet' | 'outside', string, string]>;

export type RefusedKind = keyof typeof refusedKinds;
