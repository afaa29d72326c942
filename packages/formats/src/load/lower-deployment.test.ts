import { serviceSpecSchema } from '@destino/core/model';
import { describe, expect, it } from 'vitest';
import type { FileAccess } from './file-access.ts';
import { loadDeploymentFile } from './load-online.ts';
import { lowerDeployment, type LoweredService } from './lower-deployment.ts';

const files: FileAccess = {
  read: (path) => Promise.resolve(new TextEncoder().encode(path.endsWith('.txt') ? '# list\nscipy==1.16.0 # why\n--pre\n' : 'dependencies: [python=3.12, {pip: [-r req.txt, joblib]}]\n')),
  kindOf: (path) => Promise.resolve(/\.\w+$/.test(path) ? 'file' : 'folder'),
};

async function lower(more: string, snapshot?: string): Promise<LoweredService> {
  const { deployment, problems } = await loadDeploymentFile({ path: '/w/d.yml', text: `name: blue\nendpoint_name: iris\nmodel: azureml:iris:1\n${more}` }, { files });
  if (deployment === undefined) throw new Error(problems.map((each) => each.message).join('; '));
  return lowerDeployment(deployment, { name: 'iris-blue', revision: 3, environment: { kind: 'host' }, snapshot });
}

describe('a deployment', () => {
  it('with code becomes a service of the scoring host, in milliseconds and bytes', async () => {
    const { spec } = await lower(
      `code_configuration: {code: code, scoring_script: score.py}\ninstance_type: Standard_DS3_v2\nresources: {requests: {cpu: "0.1", memory: 0.1Gi}, limits: {cpu: "0.2", memory: 200Mi}}
request_settings: {request_timeout_ms: 3000, max_concurrent_requests_per_instance: 4}\nliveness_probe: {initial_delay: 1, period: 2, failure_threshold: 5}
scale_settings: {type: target_utilization, min_instances: 2, max_instances: 5}\ntags: {v: 1.0}\n`, 'abc');
    expect(serviceSpecSchema.parse(spec)).toMatchObject({
      name: 'iris-blue', revision: 3, server: { kind: 'script', snapshot: 'abc', entryScript: 'score.py' },
      resources: { cores: 0.2, memoryBytes: 200 * 2 ** 20, instanceType: 'Standard_DS3_v2' }, copies: { min: 2, max: 5 },
      requestTimeoutMs: 3000, concurrencyPerCopy: 4, liveness: { initialDelayMs: 1000, periodMs: 2000, failureThreshold: 5 }, tags: { v: '1.0' },
    });
  });

  const routes = (port: number, path: string) => `environment: {image: acme/x:1, inference_config: {scoring_route: {port: ${port}, path: ${path}}, liveness_route: {port: ${port}, path: /ping}}}\n`;

  it('with a server in its container is asked where the container answers', async () => {
    expect((await lower(`${routes(8080, '/predictions')}instance_count: 2\n`)).spec).toMatchObject({ server: { kind: 'container', port: 8080, scoringRoute: '/predictions', livenessRoute: '/ping' }, copies: { min: 2, max: 2 } });
  });

  it('with code in an image of Azure ML is run by the scoring host, and in another one refused', async () => {
    const code = 'code_configuration: {code: code, scoring_script: score.py}\n';
    expect((await lower(`${routes(5001, '/score')}${code}`, 'abc')).spec?.server).toEqual({ kind: 'script', snapshot: 'abc', entryScript: 'score.py' });
    expect((await lower(`${routes(8000, '/score')}${code}`, 'abc')).problems).toMatchObject([{ path: 'code_configuration', code: 'serving' }]);
  });

  it('with neither says what is missing', async () => {
    expect((await lower('instance_count: 1\n')).problems).toMatchObject([{ path: 'model', line: 3, code: 'serving' }]);
  });

  it('has the requirement files of its conda file read in, from that file’s folder', async () => {
    const { deployment } = await loadDeploymentFile({ path: '/w/d.yml', text: 'name: blue\nenvironment: {image: python, conda_file: env/conda.yml}\n' }, { files });
    expect(deployment?.environment).toMatchObject({ conda: { plan: { requirements: ['joblib', 'scipy==1.16.0'], options: ['--pre'] } } });
  });
});
