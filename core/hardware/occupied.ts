/** A computer whose ring 0 is one of our hypervisors: the `Machine` it sees, and how it is put to work. */
import { Bug, invariant } from '../base/bug.ts';
import type { Cycles } from '../seams/addresses.ts';
import { type Cpu, type ExitReason, type Machine, type Occupant, Register, type VirtualContext } from '../seams/machine.ts';
import { type CpuState, clockOf, SHADOWED, type Wiring } from './wiring.ts';

/** What an occupant gets as vector when its timer fires or another CPU calls. */
const OWN_INTERRUPT = 0;

interface Occupied {
  readonly machine: Machine;
  readonly occupant: Occupant | undefined;
  nextWork(cpu: CpuState): Cycles;
  runOccupant(cpu: CpuState, until: Cycles): void;
}

/** What ring 0 has asked of one CPU. */
interface RingZero {
  timer: Cycles;
  /** Another CPU has called. */
  called: boolean;
  /** When the occupant wants to go on, by its own word. */
  resumeAt: Cycles;
  /** The end of the present turn. */
  until: Cycles;
}

export function occupiedMachine(wiring: Wiring): Occupied {
  const { spec, board } = wiring;
  const states = wiring.cpus.map((): RingZero => ({ timer: Number.POSITIVE_INFINITY, called: false, resumeAt: 0, until: 0 }));
  let occupant: Occupant | undefined;
  /** The CPU that ring 0 uses at the moment. */
  let current = 0;
  /** Ring 0 itself accesses the board: it is served at the time of the CPU that does. */
  const access = (reason: ExitReason, index = current): number => {
    const cpu = wiring.cpus[index];
    invariant(cpu, `ring 0 uses CPU ${index}`);
    wiring.activate(cpu);
    wiring.exit(index, reason);
    return index;
  };
  const stateOf = (cpu: CpuState): RingZero => {
    const state = states[cpu.index];
    invariant(state, `ring 0 of CPU ${cpu.index}`);
    return state;
  };

  const createContext = (home: CpuState): { context: VirtualContext; settle: (cpu: CpuState) => void } => {
    let at = home;
    const context = wiring.processor.createVirtualContext({
      ringZero: 'occupant',
      memory: spec.memory,
      exits: wiring.handlers(() => at),
    });
    if (spec.shadowPaging) context.intercept(SHADOWED);
    return {
      context,
      settle: (cpu) => {
        at = cpu;
      },
    };
  };
  /** Tells a context's exit handlers on which CPU it now runs. */
  const settlers = new WeakMap<object, (cpu: CpuState) => void>();

  const makeCpu = (cpu: CpuState): Cpu => ({
    index: cpu.index,
    createContext: () => {
      const { context, settle } = createContext(cpu);
      settlers.set(context, settle);
      return context;
    },
    enter: (context, cycles) => {
      const settle = settlers.get(context);
      if (settle === undefined) throw new Bug('a context of another machine was entered');
      settle(cpu);
      const state = stateOf(cpu);
      if (state.called || state.timer <= cpu.clock) {
        state.called = false;
        if (state.timer <= cpu.clock) state.timer = Number.POSITIVE_INFINITY;
        return { kind: 'interrupt', vector: OWN_INTERRUPT };
      }
      const trap = wiring.turn(cpu, context as VirtualContext, Math.min(cpu.clock + cycles, state.until, state.timer));
      if (trap.kind !== 'interrupt') return trap;
      wiring.exit(cpu.index, 'external-interrupt');
      const vector = board.acknowledgeInterrupt(cpu.index);
      return vector < 0 ? { kind: 'budget' } : { kind: 'interrupt', vector };
    },
    cpuid: (leaf, subleaf) => {
      wiring.exit(cpu.index, 'cpuid');
      return spec.intercept?.cpuid?.(cpu.index, leaf, subleaf) ?? spec.cpuid(cpu.index, leaf, subleaf);
    },
    readMsr: (msr) => {
      wiring.exit(cpu.index, 'msr-read');
      return spec.intercept?.readMsr?.(cpu.index, msr) ?? board.readMsr(cpu.index, msr);
    },
    writeMsr: (msr, value) => {
      wiring.exit(cpu.index, 'msr-write');
      return (spec.intercept?.writeMsr?.(cpu.index, msr, value) ?? false) || board.writeMsr(cpu.index, msr, value);
    },
    now: () => clockOf(cpu),
    charge: (cycles) => {
      if (cpu.running) cpu.running.charge(cycles);
      else cpu.clock += cycles;
    },
    flushGlobal: () => {
      for (const _write of ['clear', 'set']) wiring.exit(cpu.index, 'control-write');
    },
    setTimer: (at) => {
      wiring.exit(cpu.index, 'msr-write');
      stateOf(cpu).timer = at;
      if (cpu.running === undefined) spec.intercept?.woken?.(cpu.index);
    },
    interrupt: (other) => {
      wiring.exit(cpu.index, 'device');
      const state = states[other];
      if (state === undefined) return;
      const sleeper = wiring.cpus[other];
      // A sleeper wakes at the time of its caller.
      if (sleeper && nextWork(sleeper) > sleeper.clock) sleeper.clock = Math.max(sleeper.clock, clockOf(cpu));
      state.called = true;
      if (sleeper?.running) sleeper.running.leave();
      else spec.intercept?.woken?.(other);
    },
  });

  const cpus = wiring.cpus.map(makeCpu);
  const machine: Machine = {
    memory: spec.memory,
    cpus,
    frequency: spec.frequency,
    ports: {
      read: (port, width) => board.readPort(access('port-in'), port, width),
      write: (port, width, value) => board.writePort(access('port-out'), port, width, value),
    },
    devices: {
      read: (address, width) => Number(board.readDevice(access('device'), address, width)),
      write: (address, width, value) => board.writeDevice(access('device'), address, width, BigInt(value >>> 0)),
    },
    call: (cpu, registers) => {
      if (registers.length <= Register.r15) throw new Bug('a call needs sixteen registers');
      return spec.intercept?.call?.(access('call', cpu), registers) ? 'answered' : 'nobody';
    },
    occupy: (by) => {
      if (occupant) throw new Bug('ring 0 is occupied already');
      occupant = by;
      // Ring 0 writes the tables of its guests like any other memory.
      if (spec.shadowPaging) spec.memory.onTableWrite = () => void access('table-write');
      for (const cpu of wiring.cpus) cpu.idle = false;
    },
  };

  /** An interrupt that comes while ring 0 runs nobody is its own. */
  const takeInterrupt = (cpu: CpuState): void => {
    if (!cpu.offered) return;
    wiring.exit(cpu.index, 'external-interrupt');
    const vector = board.acknowledgeInterrupt(cpu.index);
    if (vector >= 0) occupant?.interrupted?.(cpu.index, vector);
  };

  const nextWork = (cpu: CpuState): Cycles => {
    const state = stateOf(cpu);
    if (state.called || cpu.offered) return cpu.clock;
    return Math.max(cpu.clock, Math.min(state.resumeAt, state.timer, board.nextEvent()));
  };

  return {
    machine,
    get occupant() {
      return occupant;
    },
    nextWork,
    runOccupant: (cpu, until) => {
      const state = stateOf(cpu);
      current = cpu.index;
      while (cpu.clock < until) {
        const due = nextWork(cpu);
        if (due > until) {
          cpu.clock = until;
          return;
        }
        cpu.clock = Math.max(cpu.clock, due);
        if (board.nextEvent() <= cpu.clock) board.advance(cpu.clock);
        state.until = until;
        // Being run is the answer to a call that came while there was nothing to do.
        state.called = false;
        takeInterrupt(cpu);
        const before = cpu.clock;
        state.resumeAt = occupant?.run(cpu.index, until) ?? Number.POSITIVE_INFINITY;
        // An occupant that says it has work but used no time must not hold the loop.
        if (cpu.clock === before && state.resumeAt <= before) cpu.clock = Math.min(until, before + 1);
      }
    },
  };
}
