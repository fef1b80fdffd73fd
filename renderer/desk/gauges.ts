/** Readings of every machine for the last minutes, in rings; components are told once per second. */
import { useSyncExternalStore } from 'react';
import { GAUGES, type GaugeName, gaugeIndex } from '../../core/contract/gauges.ts';
import type { FromReadings } from '../../core/contract/streams.ts';
import { openStream } from './client.ts';
import { currentInstances, watchInstances } from './fleet.ts';

export const KEPT = 60;
const WIDTH = GAUGES.length;
const NO_READINGS: ReadonlySet<string> = new Set(['ordered', 'ended', 'failed', 'lost', 'saved']);
const RETRY = 1500;

interface Ring {
  readonly values: Float32Array;
  head: number;
  count: number;
}

const rings = new Map<string, Ring>();
const watchers = new Set<() => void>();
const ports = new Map<string, MessagePort | 'opening'>();
let version = 0;
let due = false;

function take({ readings }: FromReadings): void {
  for (const { unit, values } of readings.rows) {
    let ring = rings.get(unit);
    if (ring === undefined) {
      ring = { values: new Float32Array(KEPT * WIDTH), head: 0, count: 0 };
      rings.set(unit, ring);
    }
    ring.values.set(values.slice(0, WIDTH), ring.head * WIDTH);
    ring.head = (ring.head + 1) % KEPT;
    ring.count = Math.min(KEPT, ring.count + 1);
  }
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    version += 1;
    for (const watcher of watchers) watcher();
  });
}

async function listen(instance: string): Promise<void> {
  ports.set(instance, 'opening');
  const again = (): void => {
    ports.delete(instance);
    setTimeout(follow, RETRY);
  };
  try {
    const port = await openStream({ kind: 'readings', instance });
    ports.set(instance, port);
    port.onmessage = (event: MessageEvent<FromReadings>) => take(event.data);
    port.addEventListener('close', again);
  } catch {
    again();
  }
}

/** Listens to every instance that measures, and lets go of the others. */
export function follow(): void {
  const live = new Set(
    [...currentInstances().values()].filter((instance) => !NO_READINGS.has(instance.state)).map((instance) => instance.id),
  );
  for (const id of live) if (!ports.has(id)) void listen(id);
  for (const [id, port] of ports) {
    if (live.has(id) || port === 'opening') continue;
    port.close();
    ports.delete(id);
  }
}

export function startGauges(): void {
  watchInstances(follow);
  follow();
}

/** Newest reading, of several gauges their sum; undefined while there is none. */
export function reading(unit: string, ...gauges: readonly GaugeName[]): number | undefined {
  const ring = rings.get(unit);
  return ring === undefined || ring.count === 0 ? undefined : sumAt(ring, ring.count - 1, gauges);
}

/** What is kept, oldest first; of several gauges their sum. */
export function series(unit: string, ...gauges: readonly GaugeName[]): number[] {
  const ring = rings.get(unit);
  return ring === undefined ? [] : Array.from({ length: ring.count }, (_, age) => sumAt(ring, age, gauges));
}

/** `age`: 0 is the oldest. */
function sumAt({ values, head, count }: Ring, age: number, gauges: readonly GaugeName[]): number {
  const row = ((head + KEPT - count + age) % KEPT) * WIDTH;
  return gauges.reduce((sum, gauge) => sum + (values[row + gaugeIndex[gauge]] ?? 0), 0);
}

/** Draws the caller again with every batch of readings. */
export function useTick(): number {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => version,
  );
}
