export { describeConformance } from './describe-conformance.ts';
