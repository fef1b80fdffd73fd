/** Numbers that look like load, from a seed; loaded machines are busy. */

export interface Loaded {
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly running: boolean;
  readonly seed: number;
  /** 0 to 1. */
  readonly load: number;
  readonly weight: number;
  readonly cap: number;
}

function noise(seed: number, at: number): number {
  const x = Math.sin(seed * 12.9898 + at * 78.233) * 43_758.5453;
  return x - Math.floor(x);
}

function smooth(seed: number, at: number): number {
  const base = Math.floor(at);
  const part = at - base;
  const ease = part * part * (3 - 2 * part);
  return noise(seed, base) * (1 - ease) + noise(seed, base + 1) * ease;
}

/** One row in the order of the contract's gauges. */
export function gaugesOf(machine: Loaded, at: number, contention: number): number[] {
  if (!machine.running) return [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  const wanted = Math.min(
    1,
    machine.load +
      (smooth(machine.seed, at / 7) * 0.35 + smooth(machine.seed + 9, at / 2.3) * 0.14) * (0.3 + noise(machine.seed, 1)),
  );
  const capped = machine.cap === 0 ? wanted : Math.min(wanted, machine.cap / (100 * machine.vcpus));
  const got = capped / Math.max(1, contention);
  const cpu = got * 100;
  const disk = Math.max(0, smooth(machine.seed + 3, at / 5) - 0.72) * 4e7;
  const net = smooth(machine.seed + 5, at / 4) ** 3 * 6e6;
  return [
    cpu,
    cpu * machine.vcpus * 0.12,
    machine.memoryMib * (0.31 + 0.25 * smooth(machine.seed + 1, at / 60)),
    disk * 0.7,
    disk * 0.3,
    net,
    net * 0.4,
    Math.max(0, (capped - got) * 100),
    120 + cpu * 31,
    640 + cpu * 140,
    machine.memoryMib * 0.22,
  ];
}
