/** What the application and its utility processes say to each other. */

import type { AlarmRule } from './alarms.ts';
import type { AnyFact } from './events.ts';
import type { Instance, Machine } from './fleet.ts';
import type { Envelope } from './refusals.ts';
import type { StreamOpen } from './streams.ts';
import type { RefusalShape } from './tasks.ts';

export type ToProcess =
  | { type: 'begin'; begin: Begin }
  | { type: 'call'; id: number; name: string; request: unknown }
  | { type: 'cancel'; task: string }
  /** A port follows with the message. */
  | { type: 'stream'; open: StreamOpen }
  /** A fact from another process that this one wants to know. */
  | { type: 'fact'; fact: AnyFact }
  | { type: 'ping'; id: number }
  | { type: 'stop'; how: 'save' | 'shutdown' | 'discard' };

export type FromProcess =
  | { type: 'ready' }
  | { type: 'answer'; id: number; envelope: Envelope<unknown> }
  | { type: 'fact'; fact: AnyFact }
  /** How the process's own instance is; the application passes it on to the windows and the clouds. */
  | { type: 'state'; instance: string; change: InstanceChange }
  | { type: 'pong'; id: number }
  | { type: 'stopped' }
  /** It could not end as it was told to, and goes on. */
  | { type: 'not-stopped'; refusal: RefusalShape };

/** What the process of an instance knows better than the clouds. */
export type InstanceChange = Partial<Pick<Instance, 'state' | 'reason' | 'readyAt' | 'endedAt' | 'capacity' | 'restarts'>>;

export interface Begin {
  /** Folder of this process alone. */
  readonly folder: string;
  /** Folder of the program's data. */
  readonly dataFolder: string;
  /** Folder of the guest image that came with the program. */
  readonly packaged?: string;
  readonly instance?: Instance;
  /** What it is to watch. */
  readonly alarms?: readonly AlarmRule[];
  /** The saved machines are to be brought back. */
  readonly machines?: readonly Machine[];
  readonly afterFailure: boolean;
}
