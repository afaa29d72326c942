export { Azurite, account, sharedKey } from './azurite.ts';
export { FaultProxy } from './fault-proxy.ts';
export type { Fault } from './fault-proxy.ts';
export { DockerLab } from './docker-lab.ts';
