import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeConformance } from '../vitest/index.ts';
import type { ConnectService } from './driver/services.ts';
import { createFakeSubject } from './fake-subject.ts';

for (const once of ['remote', 'guarded', 'best-effort'] as const) {
  for (const logs of ['exact', 'gaps'] as const) describeConformance(createFakeSubject({ once, logs, logWindowBytes: 700 }));
}

// A platform that shows late what it made, queues on few nodes, and forgets what ended.
describeConformance(createFakeSubject({ once: 'guarded', slots: 2, visibleAfterMs: 100, targetChangeMs: 50, clockOffsetMs: -3_600_000 }));

const connect: ConnectService = async () => {
  const server = createServer((_request, response) => response.end('ok'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

// A job-only kind, and one with services over HTTP: what is not declared is not called for.
describeConformance(createFakeSubject({ driver: { unsupported: { services: 'it runs jobs only', provision: 'it is attached', 'jobs.multi-node': 'it is one machine' } } }));
describeConformance(createFakeSubject({ driver: { connect, unsupported: { jobs: 'it serves only' } } }));
