/** A computer without an engine: events come at their cycle, sleepers wake at the right time, and the end is told. */
import { describe, expect, it } from 'vitest';
import type { Board, BoardHost } from '../seams/board.ts';
import type { ContainerMemory, ContainerSpec, Trap, VirtualContext } from '../seams/machine.ts';
import { bare } from './bare.ts';
import type { Processor } from './wiring.ts';

/** A context that runs one cycle at a time under a script. */
interface Scripted extends VirtualContext {
  readonly spec: ContainerSpec;
  left: boolean;
  offered: boolean;
}

type Step = (context: Scripted) => Trap['kind'] | undefined;

function processor(script: (cpu: number) => Step): Processor & { createMemory(): ContainerMemory } {
  let made = 0;
  const steps = new Map<object, Step>();
  return {
    createMemory: () => ({ frames: 1 }) as ContainerMemory,
    createVirtualContext: (spec) => {
      const context = { spec, cycles: 0, halted: 0, left: false, offered: false } as Scripted;
      context.leave = () => {
        context.left = true;
      };
      context.offerInterrupt = (offered) => {
        context.offered = offered;
      };
      context.reset = (kind) => {
        context.halted = kind === 'init' ? 2 : 0;
      };
      steps.set(context, script(made++));
      return context;
    },
    run: (context, cycles) => {
      const scripted = context as Scripted;
      scripted.left = false;
      for (let done = 0; done < cycles && !scripted.left; done++) {
        context.cycles += 1;
        const kind = steps.get(context)?.(scripted);
        if (kind === 'halt' || kind === 'shutdown') return { kind };
      }
      return { kind: 'budget' };
    },
  };
}

/** A board with one alarm that interrupts CPU 0, set through port 0; port 1 starts CPU 1. */
function alarmBoard(rang: number[]) {
  return (host: BoardHost): Board => {
    let due = Number.POSITIVE_INFINITY;
    return {
      readPort: () => 0,
      writePort: (_cpu, port, _width, value) => {
        if (port === 0) due = value;
        if (port === 1) {
          host.init(1);
          host.startUp(1, value);
        }
        if (port === 2) host.end({ kind: 'debug-exit', value });
      },
      readDevice: () => 0n,
      writeDevice: () => undefined,
      readMsr: () => undefined,
      writeMsr: () => false,
      acknowledgeInterrupt: () => {
        host.interrupt(0, false);
        return 0x20;
      },
      readTaskPriority: () => 0,
      writeTaskPriority: () => undefined,
      nextEvent: () => due,
      advance: (now) => {
        if (now < due) return;
        rang.push(now);
        due = Number.POSITIVE_INFINITY;
        host.interrupt(0, true);
      },
    };
  };
}

const spec = { ram: [{ start: 0, length: 4096 }], frequency: 1e9, cpuid: () => ({ eax: 0, ebx: 0, ecx: 0, edx: 0 }) };

describe('a computer', () => {
  it('serves an event at its exact cycle, also one that was set during the run', () => {
    const rang: number[] = [];
    const machine = bare(
      processor(() => (context) => {
        if (context.cycles === 10) context.spec.exits.writePort(context, 0, 4, 25);
        return undefined;
      }),
      { ...spec, cpus: 1, board: alarmBoard(rang) },
    );
    expect(machine.run(1000)).toEqual({ kind: 'time' });
    expect(rang).toEqual([25]);
  });

  it('skips the time in which its CPU sleeps', () => {
    const rang: number[] = [];
    let executed = 0;
    const machine = bare(
      processor(() => (context) => {
        executed += 1;
        if (context.cycles === 5) context.spec.exits.writePort(context, 0, 4, 1_000_000);
        if (context.offered) context.spec.exits.writePort(context, 2, 1, 7);
        return context.offered ? undefined : context.cycles === 5 ? 'halt' : undefined;
      }),
      { ...spec, cpus: 1, board: alarmBoard(rang) },
    );
    expect(machine.run(10_000_000)).toEqual({ kind: 'ended', outcome: { kind: 'debug-exit', value: 7 } });
    expect(rang).toEqual([1_000_000]);
    expect(executed).toBe(6);
  });

  it('starts another CPU at the time of the one that started it', () => {
    let firstCycle = 0;
    const machine = bare(
      processor((cpu) => (context) => {
        if (cpu === 0 && context.cycles === 40) context.spec.exits.writePort(context, 1, 1, 9);
        if (cpu === 1 && firstCycle === 0) firstCycle = context.cycles;
        return undefined;
      }),
      { ...spec, cpus: 2, board: alarmBoard([]) },
    );
    machine.run(5000);
    expect(firstCycle).toBe(41);
  });

  it('says when nothing but input can wake it, and when a fault could not be delivered', () => {
    const sleeping = bare(
      processor(() => () => 'halt'),
      { ...spec, cpus: 1, board: alarmBoard([]) },
    );
    expect(sleeping.run(1e12)).toEqual({ kind: 'asleep' });
    const broken = bare(
      processor(() => () => 'shutdown'),
      { ...spec, cpus: 1, board: alarmBoard([]) },
    );
    expect(broken.run(1000)).toMatchObject({ kind: 'ended', outcome: { kind: 'crash' } });
  });
});
