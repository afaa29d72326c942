import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliTrial } from './cli.support.ts';

let trial: CliTrial;
beforeEach(async () => {
  trial = await CliTrial.start();
});
afterEach(async () => {
  await trial[Symbol.asyncDispose]();
});

/** The calls of the MLflow client, in its order, by the standard library alone. */
const client = `
import json, os, time, urllib.parse, urllib.request
BASE, RUN = os.environ["MLFLOW_TRACKING_URI"], os.environ["MLFLOW_RUN_ID"]

def ask(method, route, body=None, raw=None, api="/api/2.0/mlflow/"):
    data = raw if raw is not None else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + api + route, data, {"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"{}")

def log_metric(key, value, step, run=RUN):
    ask("POST", "runs/log-metric", dict(run_id=run, run_uuid=run, key=key, value=value, timestamp=int(time.time() * 1000), step=step))
`;

const session = `${client}
experiment = ask("GET", "experiments/get-by-name?experiment_name=" + urllib.parse.quote(os.environ["AZUREML_EXPERIMENT_NAME"]))["experiment"]
assert ask("GET", "runs/get?run_id=" + RUN)["run"]["info"]["run_id"] == os.environ["AZUREML_RUN_ID"]
ask("POST", "runs/update", dict(run_id=RUN, status="RUNNING"))
for step in range(10):
    log_metric("loss", 1 / (step + 1), step)
ask("POST", "runs/log-batch", dict(run_id=RUN, metrics=[dict(key="accuracy", value=0.967, timestamp=1, step=0), dict(key="odd", value="NaN", timestamp=1, step=0)], params=[dict(key="epochs", value="10")], tags=[]))
ask("POST", "runs/log-parameter", dict(run_id=RUN, key="lr", value="0.1"))
ask("POST", "runs/set-tag", dict(run_id=RUN, key="mlflow.source.name", value="train.py"))
child = ask("POST", "runs/create", dict(experiment_id=experiment["experiment_id"], run_name="fold 1", start_time=1, tags=[dict(key="mlflow.parentRunId", value=RUN)]))["run"]["info"]["run_id"]
log_metric("fold_loss", 2, 0, child)
ask("PUT", "plots/curve.txt", raw=b"a curve", api="/api/2.0/mlflow-artifacts/artifacts/")
ask("POST", "runs/update", dict(run_id=RUN, status="FINISHED", end_time=2))
with open(os.environ["DESTINO_METRICS_FILE"], "a") as file:
    file.write('{"metric": "by_hand", "value": 7}\\n')
`;

const pythons = '/proc/[0-9]*/cmdline';
/** Ends the tracking server's processes: only those of this very job. */
const killTracking = `
import glob, signal
def tracking():
    found = []
    for path in glob.glob("${pythons}"):
        try:
            words = open(path, "rb").read().split(b"\\0")
        except OSError:
            continue
        if b"--run-id" in words and words[words.index(b"--run-id") + 1] == RUN.encode():
            found.append(int(path.split("/")[2]))
    return sorted(found)
`;

describe('a Python job on this machine', () => {
  it('reports through the calls of the MLflow client, and its artifacts are outputs', async () => {
    await trial.write({ 'train.py': session });
    const run = await trial.run('run', '--name', 'py', '--', 'python', 'train.py');
    expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('metrics loss=0.1 accuracy=0.967') as string]);
    const { objects } = await trial.objects('job', 'metrics', 'py');
    expect(objects).toMatchObject([
      {
        attempts: [
          {
            runs: [
              { status: 'FINISHED', params: { epochs: '10', lr: '0.1' }, tags: { 'mlflow.source.name': 'train.py' }, metrics: { accuracy: [{ value: 0.967, step: 0 }], odd: [{ value: 'NaN' }], by_hand: [{ value: 7 }] } },
              { name: 'fold 1', metrics: { fold_loss: [{ value: 2 }] } },
            ],
            artifacts: [{ path: 'plots/curve.txt', sizeBytes: 7 }],
            badLines: [],
          },
        ],
      },
    ]);
    await trial.run('job', 'download', 'py', 'outputs', '--to', 'got');
    expect(await trial.read('got/plots/curve.txt')).toBe('a curve');
    expect((await trial.run('job', 'metrics', 'py', '--ascii')).stdout).toContain('loss  0.1 at step 9 (10 values)');
  });

  it('goes on when the tracking server beside it is killed, and so does its report', async () => {
    await trial.write({ 'train.py': `${client}${killTracking}
log_metric("loss", 1, 0)
before = tracking()
os.kill(before[-1], signal.SIGKILL)
log_metric("loss", 2, 1)
print(len(before), before != tracking())
` });
    const run = await trial.run('run', '--name', 'killed', '--', 'python3', 'train.py');
    expect([run.code, run.stdout]).toEqual([0, '2 True\n']);
    expect((await trial.objects('job', 'metrics', 'killed')).objects).toMatchObject([{ attempts: [{ runs: [{ metrics: { loss: [{ value: 1 }, { value: 2 }] } }] }] }]);
  });

  it('succeeds when the tracking server is gone for good', async () => {
    await trial.write({ 'train.py': `${client}${killTracking}
log_metric("loss", 1, 0)
for pid in tracking():
    os.kill(pid, signal.SIGKILL)
print("on it goes")
` });
    const run = await trial.run('run', '--name', 'gone', '--', 'python3', 'train.py');
    expect([run.code, run.stdout]).toEqual([0, 'on it goes\n']);
    expect((await trial.objects('job', 'metrics', 'gone')).objects).toMatchObject([{ attempts: [{ runs: [{ metrics: { loss: [{ value: 1 }] } }] }] }]);
  });

  it('reports its last word when it is cancelled, and leaves no server behind', async () => {
    await trial.write({ 'train.py': `${client}${killTracking}
import sys
def last_word(*_):
    log_metric("last", 1, 0)
    sys.exit(0)
signal.signal(signal.SIGTERM, last_word)
print("servers", *tracking())
while True:
    time.sleep(0.05)
` });
    const running = trial.begin(['run', '--name', 'stopped', '--', 'python3', '-u', 'train.py']);
    await running.until('servers ');
    await trial.run('job', 'cancel', 'stopped', '--yes');
    const { code, stdout } = await running.ended;
    expect(code).toBe(3);
    expect((await trial.objects('job', 'metrics', 'stopped')).objects).toMatchObject([{ attempts: [{ runs: [{ metrics: { last: [{ value: 1 }] } }] }] }]);
    const servers = stdout.trim().split(' ').slice(1).map(Number);
    expect(servers).toHaveLength(2);
    await expect.poll(() => servers.filter(isAlive)).toEqual([]);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
