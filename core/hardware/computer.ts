/**
 * A computer: processors, memory and a board put together. The bare one is made here, and so is every rented one; what
 * a provider adds (counting, charging, its own interface) comes in through `intercept`.
 *
 * Time: each CPU has its own clock. A CPU runs to the given time or to the board's next event, whichever is first, so
 * an event is served at its exact cycle on one CPU, and within one turn of the scheduler on several.
 */
import { Bug, invariant } from '../base/bug.ts';
import type { Cycles } from '../seams/addresses.ts';
import type { Board, BoardHost, Outcome } from '../seams/board.ts';
import type { Computer, ComputerSpec, ExitHandlers, ExitReason, Trap, VirtualContext } from '../seams/machine.ts';
import { occupiedMachine } from './occupied.ts';
import { type CpuState, clockOf, type Processor, SHADOWED, type Wiring } from './wiring.ts';

/** Longest stretch given to the engine at once; it counts down in 32 bits. */
const LONGEST_RUN = 0x3fff_ffff;
const RUNNING = 0;
const WAITING_FOR_START = 2;

export function computer(processor: Processor, spec: ComputerSpec): Computer {
  const cpus: CpuState[] = Array.from({ length: spec.cpus }, (_, index) => ({
    index,
    clock: 0,
    end: 0,
    idle: index > 0,
    offered: false,
    running: undefined,
  }));
  let ended: Outcome | undefined;
  /** The CPU whose access or time the board is serving. */
  let active = cpuAt(cpus, 0);
  const end = (outcome: Outcome): void => {
    ended ??= outcome;
    active.running?.leave();
  };
  const contexts: VirtualContext[] = [];
  /** A sleeper wakes at the time of whoever woke it. */
  const rouse = (cpu: CpuState): void => {
    if (!cpu.idle) return;
    cpu.clock = Math.max(cpu.clock, clockOf(active));
    cpu.idle = false;
    if (cpu !== active || active.running === undefined) spec.intercept?.woken?.(cpu.index);
  };
  const wake = (index: number): VirtualContext => {
    rouse(cpuAt(cpus, index));
    const context = contexts[index];
    if (context === undefined) throw new Bug(`CPU ${index} is woken before it exists`);
    return context;
  };

  const board = spec.board({
    now: () => clockOf(active),
    frequency: spec.frequency,
    cpuCount: spec.cpus,
    interrupt: (index, offered) => {
      const cpu = cpuAt(cpus, index);
      cpu.offered = offered;
      if (offered) rouse(cpu);
      if (offered && machine.occupant && cpu.running === undefined) spec.intercept?.woken?.(index);
      contexts[index]?.offerInterrupt(offered);
      cpu.running?.offerInterrupt(offered);
    },
    nmi: (index) => wake(index).injectNmi(),
    taskPriority: (index, value) => contexts[index]?.writeSystem('cr8', BigInt(value)),
    init: (index) => wake(index).reset('init'),
    startUp: (index, vector) => {
      const context = wake(index);
      if (context.halted === WAITING_FOR_START) context.reset({ startUp: vector });
    },
    readMemory: (address, length) => spec.memory.read(address, length),
    writeMemory: (address, bytes) => spec.memory.write(address, bytes),
    end,
  } satisfies BoardHost);

  const exit = (cpu: number, reason: ExitReason): void => spec.intercept?.exit?.(cpu, reason);
  const wiring: Wiring = {
    spec,
    processor,
    board,
    cpus,
    exit,
    activate: (cpu) => {
      active = cpu;
    },
    handlers: (of) =>
      exitHandlers(spec, board, exit, () => {
        active = of();
        return active;
      }),
    turn: (cpu, context, until) => {
      active = cpu;
      const due = board.nextEvent();
      cpu.end = Math.min(until, due, cpu.clock + LONGEST_RUN);
      context.cycles = cpu.clock;
      cpu.running = context;
      context.offerInterrupt(cpu.offered);
      const trap = cpu.end > cpu.clock ? processor.run(context, cpu.end - cpu.clock) : BUDGET;
      cpu.running = undefined;
      cpu.clock = context.cycles;
      if (board.nextEvent() <= cpu.clock) board.advance(cpu.clock);
      return trap;
    },
  };

  for (const cpu of cpus) {
    const context = processor.createVirtualContext({ ringZero: 'code', memory: spec.memory, exits: wiring.handlers(() => cpu) });
    context.halted = cpu.index === 0 ? RUNNING : WAITING_FOR_START;
    if (spec.shadowPaging) context.intercept(SHADOWED);
    contexts.push(context);
  }

  const machine = occupiedMachine(wiring);
  const nextWork = (cpu: CpuState): Cycles => {
    if (ended) return Number.POSITIVE_INFINITY;
    if (machine.occupant) return machine.nextWork(cpu);
    return cpu.idle ? Math.max(board.nextEvent(), cpu.clock) : cpu.clock;
  };

  /** Machine code until `until`; time in which it has nothing to do passes at once. */
  const runCode = (cpu: CpuState, until: Cycles): void => {
    const context = contexts[cpu.index];
    invariant(context, `no context for CPU ${cpu.index}`);
    while (!ended && cpu.clock < until) {
      if (cpu.idle) {
        const due = board.nextEvent();
        cpu.clock = Math.max(cpu.clock, Math.min(due, until));
        active = cpu;
        if (due <= cpu.clock) board.advance(cpu.clock);
        if (cpu.idle && due > until) return;
        continue;
      }
      const before = cpu.clock;
      const trap = wiring.turn(cpu, context, until);
      if (trap.kind === 'halt') {
        // An event served at the end of this very turn may have offered an interrupt already.
        // (but HLT with interrupts off sleeps on, however many are offered).
        cpu.idle = !cpu.offered || cpu.clock === before;
        if (cpu.idle) exit(cpu.index, 'halt');
      } else if (trap.kind === 'shutdown')
        end({ kind: 'crash', reason: 'a fault could not be delivered to the kernel (triple fault)' });
    }
  };

  return {
    machine: machine.machine,
    contexts,
    board,
    get ended() {
      return ended;
    },
    end,
    runCpu: (index, until) => {
      const cpu = cpuAt(cpus, index);
      if (!ended) {
        if (machine.occupant) machine.runOccupant(cpu, until);
        else runCode(cpu, until);
      }
      return nextWork(cpu);
    },
    nextWork: (index) => nextWork(cpuAt(cpus, index)),
    advanceClock: (index, to) => {
      const cpu = cpuAt(cpus, index);
      if (to <= cpu.clock) return;
      cpu.clock = to;
      active = cpu;
      if (board.nextEvent() <= to) board.advance(to);
    },
  };
}

const BUDGET: Trap = { kind: 'budget' };

function cpuAt(cpus: readonly CpuState[], index: number): CpuState {
  const cpu = cpus[index];
  if (cpu === undefined) throw new Bug(`CPU ${index} of ${cpus.length}`);
  return cpu;
}

/** Exits of a context: the layer below first, then the board. */
function exitHandlers(
  spec: ComputerSpec,
  board: Board,
  exit: (cpu: number, reason: ExitReason) => void,
  current: () => CpuState,
): ExitHandlers {
  const { intercept } = spec;
  const enter = (reason: ExitReason): CpuState => {
    const cpu = current();
    exit(cpu.index, reason);
    return cpu;
  };
  /** After the board was asked: it may want to be served before the run was to end. */
  const look = (context: VirtualContext, cpu: CpuState): void => {
    if (board.nextEvent() < cpu.end) context.leave();
  };
  return {
    cpuid: (_context, leaf, subleaf) => {
      const { index } = enter('cpuid');
      return intercept?.cpuid?.(index, leaf, subleaf) ?? spec.cpuid(index, leaf, subleaf);
    },
    readMsr: (context, msr) => {
      const cpu = enter('msr-read');
      const value = intercept?.readMsr?.(cpu.index, msr) ?? board.readMsr(cpu.index, msr);
      look(context, cpu);
      return value;
    },
    writeMsr: (context, msr, value) => {
      const cpu = enter('msr-write');
      const taken = (intercept?.writeMsr?.(cpu.index, msr, value) ?? false) || board.writeMsr(cpu.index, msr, value);
      look(context, cpu);
      return taken;
    },
    readPort: (context, port, width) => {
      const cpu = enter('port-in');
      const value = board.readPort(cpu.index, port, width);
      look(context, cpu);
      return value;
    },
    writePort: (context, port, width, value) => {
      const cpu = enter('port-out');
      board.writePort(cpu.index, port, width, value);
      look(context, cpu);
    },
    readDevice: (context, address, width) => {
      const cpu = enter('device');
      const value = board.readDevice(cpu.index, address, width);
      look(context, cpu);
      return value;
    },
    writeDevice: (context, address, width, value) => {
      const cpu = enter('device');
      board.writeDevice(cpu.index, address, width, value);
      look(context, cpu);
    },
    call: (context) => {
      const cpu = enter('call');
      const answered = intercept?.call?.(cpu.index, context.registers) ?? false;
      // The call may have set a timer.
      look(context, cpu);
      return answered;
    },
    acknowledgeInterrupt: () => board.acknowledgeInterrupt(enter('external-interrupt').index),
    // Without nested paging there is one fault, on the way to which the frame is filled.
    secondLevelFault: () => {
      if (!spec.shadowPaging) enter('second-level-fault');
    },
    controlWrite: (_context, register, value) => {
      const { index } = enter('control-write');
      if (register === 8) board.writeTaskPriority(index, Number(value & 15n));
    },
    invalidatePage: () => void enter('invalidate-page'),
    pageFault: () => void enter('page-fault'),
    tableWrite: () => void enter('table-write'),
  };
}
