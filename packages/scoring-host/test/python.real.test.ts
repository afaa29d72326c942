import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { revisionSchema } from '../src/host/revision.ts';
import { Trial } from './trial.ts';

let here: Trial;
let revision = 0;
beforeEach(async () => {
  here = new Trial();
  revision = 0;
  here.origin = `http://127.0.0.1:${await here.host.listen()}`;
});
afterEach(() => here.dispose());

/** Serves a Python script, or answers why it cannot. */
async function serve(script: string): Promise<string | undefined> {
  revision += 1;
  writeFileSync(join(here.folder, 'score.py'), script);
  const server = { kind: 'script' as const, folder: here.folder, entryScript: 'score.py' };
  await here.host.apply(revisionSchema.parse({ revision, server, modelDir: here.folder, concurrency: 2, requestTimeoutMs: 5000, variables: { PATH: process.env['PATH'] ?? '' } }));
  const status = await here.until(({ state }) => state === 'healthy' || state === 'failed');
  return status.state === 'failed' ? status.reasons[0]?.text : undefined;
}

describe('a Python script', () => {
  it('answers with JSON of what run returns, also from a coroutine, and sees its model', async () => {
    await serve('import os, json\ndef init():\n  global model\n  model = os.path.isdir(os.environ["AZUREML_MODEL_DIR"])\nasync def run(data):\n  return {"model": model, "data": json.loads(data)}');
    expect(JSON.parse((await here.score({ ä: 1 })).text)).toEqual({ model: true, data: { ä: 1 } });
    expect((await here.score(null, { body: new Uint8Array([0xff]) })).status).toBe(400);
  });

  it('written for the original server gets the whole request and sets status and headers', async () => {
    await serve(`
from azureml.contrib.services.aml_request import AMLRequest, rawhttp
from azureml.contrib.services.aml_response import AMLResponse
def init(): pass
@rawhttp
def run(request):
    if request.method == "GET":
        return AMLResponse("no %s" % request.args.get("q"), 404)
    if request.files:
        return AMLResponse(request.files["image"].read() + request.form["name"].encode(), 200)
    answer = AMLResponse(bytes(reversed(request.get_data(False))), 201, response_headers={"x-own": request.headers["X-Given"]})
    return answer
`);
    const whole = await fetch(`${here.origin}/score`, { method: 'POST', headers: { 'x-given': 'g' }, body: new Uint8Array([1, 2, 255]) });
    expect([whole.status, whole.headers.get('x-own'), new Uint8Array(await whole.arrayBuffer())]).toEqual([201, 'g', new Uint8Array([255, 2, 1])]);
    const missing = await fetch(`${here.origin}/score?q=1`);
    expect([missing.status, await missing.text()]).toEqual([404, 'no 1']);
    const form = new FormData();
    form.set('name', 'n');
    form.set('image', new Blob([new Uint8Array([65, 13, 10])]), 'a.bin');
    expect(await (await fetch(`${here.origin}/score`, { method: 'POST', body: form })).text()).toBe('A\r\nn');
  });

  it('streams what it yields', async () => {
    await serve('def init(): pass\ndef run(data):\n  for each in range(3):\n    yield "%d\\n" % each');
    expect((await here.score('')).text).toBe('0\n1\n2\n');
  });

  it('with a schema refuses what does not fit, and describes it', async () => {
    await serve(`
from inference_schema.schema_decorators import input_schema, output_schema
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
def init(): pass
@input_schema("data", StandardPythonParameterType([1.5]))
@input_schema("factor", StandardPythonParameterType(2))
@output_schema(StandardPythonParameterType([3.0]))
def run(data, factor=2): return [each * factor for each in data]
`);
    const json = { headers: { 'content-type': 'application/json' } };
    expect((await here.score({ data: [1, 2], factor: 3 }, json)).text).toBe('[3, 6]');
    expect((await here.score({ data: [1, 2] }, json)).text).toBe('[2, 4]');
    expect((await here.score({ data: [1] }, { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    for (const body of ['', '[1]', '{', '{"factor": 1}']) expect((await here.score(null, { ...json, body })).status, body).toBe(400);
    const document = await (await fetch(`${here.origin}/swagger.json`)).json() as { definitions: { ServiceInput: { properties: object } } };
    expect(Object.keys(document.definitions.ServiceInput.properties).sort()).toEqual(['data', 'factor']);
  });

  it.each([
    ['init that raises', 'def init(): raise ValueError("no weights")\ndef run(data): pass', 'ValueError: no weights'],
    ['a missing run', 'def init(): pass', 'has no function run()'],
    ['*args', 'def init(): pass\ndef run(*args): pass', '*args and **kwargs are not supported'],
    ['no parameter', 'def init(): pass\ndef run(): pass', 'must have a parameter'],
    ['a syntax error', 'def init(:', 'SyntaxError'],
    ['an exit in init', 'import os\ndef init(): os._exit(7)\ndef run(data): pass', 'exit code 7'],
  ])('with %s fails in its own words', async (_, script, words) => {
    expect(await serve(script)).toContain(words);
  });

  it('is freed from a request that never ends, and a death in it costs no other', async () => {
    await serve('import os, time\ndef init(): pass\ndef run(data):\n  if "die" in data: os._exit(1)\n  if "hang" in data: time.sleep(600)\n  return "ok"');
    const [hung, died, fine] = await Promise.all([here.score('hang'), here.score('die'), here.score('fine')]);
    expect([hung.status, died.status, fine.text]).toEqual([500, 502, '"ok"']);
    await here.until(({ copies }) => copies.ready === 1);
    expect((await here.score('again')).text).toBe('"ok"');
  });
});
