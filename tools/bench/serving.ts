/**
 * The scoring host against Flask behind gunicorn (Debian: python3-flask gunicorn): the same trivial `run`, two workers
 * each, the same client with 16 connections that are kept open where the server keeps them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

const folder = mkdtempSync(path.join(tmpdir(), 'bench-serving-'));
writeFileSync(path.join(folder, 'score.py'), 'import json\ndef init(): pass\ndef run(data):\n  return {"sum": sum(json.loads(data)["data"])}\n');
writeFileSync(path.join(folder, 'app.py'), 'from flask import Flask, request, jsonify\nimport score\napp = Flask(__name__)\nscore.init()\n@app.post("/score")\ndef run():\n  return jsonify(score.run(request.get_data(as_text=True)))\n');
const body = JSON.stringify({ data: [1, 2, 3, 4] });
const [connections, forMs] = [16, 4000];

function once(agent: Agent, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ agent, port, host: '127.0.0.1', path: '/score', method: 'POST', headers: { 'content-length': body.length } }, (answer) => {
      answer.resume().once('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(`status ${answer.statusCode}`))));
    });
    call.once('error', reject).end(body);
  });
}

async function measure(name: string, port: number, child: ChildProcess): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  for (let tries = 0; ; tries += 1) {
    try {
      await once(agent, port);
      break;
    } catch (error) {
      if (tries > 100) throw error;
      await setTimeout(100);
    }
  }
  const times: number[] = [];
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const client = async (): Promise<void> => {
    while (performance.now() - begun < forMs) {
      const at = performance.now();
      await once(agent, port);
      times.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  const ms = performance.now() - begun;
  const used = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(2);
  console.log(`${name.padEnd(16)} ${Math.round((times.length / ms) * 1000)} requests/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms; the client took ${((used.user + used.system) / 1000 / ms).toFixed(2)} cores`);
  agent.destroy();
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
}

try {
  const host = path.join(import.meta.dirname, '../../packages/scoring-host/src/main.ts');
  await measure('scoring host', 5191, spawn(process.execPath, ['--no-warnings', host, '--entry-script', path.join(folder, 'score.py'), '--port', '5191', '--worker-count', '2', '--python', '/usr/bin/python3'], { stdio: 'ignore' }));
  await measure('Flask, gunicorn', 5192, spawn('/usr/bin/gunicorn', ['-w', '2', '-b', '127.0.0.1:5192', 'app:app'], { cwd: folder, stdio: 'ignore', env: { PATH: '/usr/bin:/bin' } }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
