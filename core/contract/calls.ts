/** Everything that can be asked, by name. The window, the command line and the tests use this one table. */
import type * as z from 'zod';
import type { Answerer } from './call.ts';
import { cloudCalls } from './calls-clouds.ts';
import { deskCalls } from './calls-desk.ts';
import { machineCalls } from './calls-machines.ts';
import { plannerCalls } from './calls-planner.ts';

export const calls = { ...deskCalls, ...cloudCalls, ...machineCalls, ...plannerCalls };

export type Calls = typeof calls;
export type CallName = keyof Calls;
export type Request<N extends CallName> = z.input<Calls[N]['request']>;
export type Answer<N extends CallName> = z.output<Calls[N]['answer']>;

/** Names of the calls one kind of process answers. */
export type NamesBy<By extends Answerer> = { [N in CallName]: Calls[N]['by'] extends By ? N : never }[CallName];

export function isCallName(text: unknown): text is CallName {
  return typeof text === 'string' && Object.hasOwn(calls, text);
}
