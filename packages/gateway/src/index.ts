export { createGateway } from './gateway.ts';
export type { GatewayOptions } from './gateway.ts';
export { chooseDeployment } from './choose-deployment.ts';
