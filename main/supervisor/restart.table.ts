/** After how many failures in a row a process is started again, and how long it waits before. */

export interface RestartRule {
  readonly kind: 'clouds' | 'world' | 'planner';
  /** Milliseconds to wait before the first, second … start again; after the last it is given up. */
  readonly waits: readonly number[];
  /** A process that ran this long is taken to be well again. */
  readonly wellAfter: number;
  /** Silence after which a person is told. */
  readonly silentAfter: number;
  /** Silence after which it is killed. */
  readonly killAfter: number;
  /** How long an ordered stop may take. */
  readonly stopWithin: number;
}

export const RESTART_RULES: Readonly<Record<RestartRule['kind'], RestartRule>> = {
  clouds: { kind: 'clouds', waits: [100, 500, 2000, 5000, 15_000], wellAfter: 30_000, silentAfter: 1500, killAfter: 8000, stopWithin: 5000 },
  world: { kind: 'world', waits: [200, 1000, 3000, 10_000], wellAfter: 60_000, silentAfter: 1500, killAfter: 20_000, stopWithin: 300_000 },
  planner: { kind: 'planner', waits: [100, 500, 2000], wellAfter: 10_000, silentAfter: 5000, killAfter: 120_000, stopWithin: 1000 },
};
