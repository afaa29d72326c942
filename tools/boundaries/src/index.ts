export { findViolations, type Report } from './find-violations.ts';
