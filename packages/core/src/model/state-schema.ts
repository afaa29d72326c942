import { z } from 'zod';
import { jobStates, seenJobStates, serviceStates, targetStates } from './state.ts';

export const seenJobStateSchema = z.enum(seenJobStates);
export const jobStateSchema = z.enum(jobStates);
export const targetStateSchema = z.enum(targetStates);
export const serviceStateSchema = z.enum(serviceStates);
