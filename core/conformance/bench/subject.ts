/** What a benchmark is made of: a subject has cases, a case has contestants, each run of a contestant gives readings. */

/** How a quantity is shown; readings are in its unit. */
export interface Quantity {
  readonly title: string;
  readonly unit: string;
  readonly digits: number;
}

/** Everything a run may report. A new quantity is a row here. */
export const QUANTITIES = {
  wall: { title: 'wall time', unit: 's', digits: 2 },
  cpu: { title: 'CPU time, user and system, all threads', unit: 's', digits: 2 },
  speed: { title: 'guest instructions in a second of processor time', unit: 'MIPS', digits: 0 },
  resident: { title: 'peak resident memory of the process', unit: 'MiB', digits: 0 },
  touched: { title: 'guest memory touched', unit: 'MiB', digits: 0 },
  overhead: { title: 'resident memory beyond what the guest touched', unit: 'MiB', digits: 0 },
  killed: { title: 'time of the kill after the first write', unit: 'ms', digits: 0 },
  synced: { title: 'files synced before the kill', unit: '', digits: 0 },
  near: { title: 'from the neighbour', unit: 'MiB/s', digits: 1 },
  far: { title: 'from the other instance', unit: 'MiB/s', digits: 1 },
  frames: { title: 'frames left in use', unit: '', digits: 0 },
  grants: { title: 'grants left in use', unit: '', digits: 0 },
  events: { title: 'event channels left open', unit: '', digits: 0 },
  watches: { title: 'watches left', unit: '', digits: 0 },
  others: { title: 'domains, nodes and transactions left', unit: '', digits: 0 },
  idle: { title: 'processor time while nothing is to be done, of one CPU', unit: '%', digits: 1 },
  ratio: { title: 'processor time of the heavier by that of the lighter', unit: '', digits: 3 },
  share: { title: 'processor time under the cap, of one CPU', unit: '%', digits: 1 },
  slowdown: { title: 'time over the time of one machine alone', unit: 'x', digits: 3 },
  rate: { title: 'pictures a second', unit: '', digits: 0 },
  beside: { title: 'memory of all processes beside that of the guests', unit: 'MB', digits: 0 },
  answer: { title: 'time to an answer', unit: 'ms', digits: 1 },
  late: { title: 'time to an answer, 95th percentile', unit: 'ms', digits: 1 },
} as const satisfies Readonly<Record<string, Quantity>>;

export type QuantityName = keyof typeof QUANTITIES;
export type Readings = Partial<Record<QuantityName, number>>;

export interface Contestant {
  readonly name: string;
  /** One run from start to end. Throws if the guest did not do what it was to do. */
  run(): Promise<Readings> | Readings;
}

/** What must hold of the medians of a case. */
export interface Bound {
  readonly quantity: QuantityName;
  readonly of: string;
  /** The contestant whose median it is divided by; absent: the median itself is bounded. */
  readonly against?: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Case {
  readonly name: string;
  /** The first is ours: ratios are its median by that of each other. They run in turn, round by round. */
  readonly contestants: readonly Contestant[];
  readonly bounds?: readonly Bound[];
  /** What a reader must know to compare, such as who does not take part and why. */
  readonly notes?: readonly string[];
}

export interface Subject {
  /** One line for the list of subjects. */
  readonly summary: string;
  /** Makes ready what the cases need; throws a Refusal with a remedy if that cannot be had. */
  cases(): Promise<readonly Case[]> | readonly Case[];
}
