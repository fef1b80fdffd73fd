/** A board whose processors also hear a hypervisor's events: three ways to announce them, and the hypervisor's timers. */
import type { Board, BoardHost } from '../../seams/board.ts';
import type { UpcallSource } from '../../seams/upcalls.ts';

/** What the inner board must be able to do. */
export interface Signalled extends Board {
  /** A message-signalled interrupt. */
  signal(address: number, data: number): void;
}

/** Base of message addresses; bits 12-19 are the APIC id (SDM volume 3, section 11.11.1). */
const MESSAGE_ADDRESS = 0xfee0_0000;

/**
 * @param make makes the board itself
 * @param setPin drives the interrupt pin of the platform device
 */
export function withUpcalls<B extends Signalled>(
  host: BoardHost,
  source: UpcallSource,
  setPin: (asserted: boolean) => void,
  make: (host: BoardHost) => B,
): B {
  const own = Array.from({ length: host.cpuCount }, () => false);
  const direct = Array.from({ length: host.cpuCount }, () => false);
  const tell = (cpu: number): void => host.interrupt(cpu, own[cpu] === true || direct[cpu] === true);
  const board = make({
    ...host,
    interrupt: (cpu, offered) => {
      own[cpu] = offered;
      tell(cpu);
    },
  });
  const offer = (cpu: number, offered: boolean): void => {
    if (direct[cpu] === offered && !offered) return;
    direct[cpu] = offered;
    tell(cpu);
  };
  source.connect({
    now: () => host.now(),
    deliver: (cpu, vector) => board.signal(MESSAGE_ADDRESS + cpu * 0x1000, vector),
    offer,
    setPin,
  });
  return {
    ...board,
    readPort: (cpu, port, width) => {
      source.settle();
      return board.readPort(cpu, port, width);
    },
    writePort: (cpu, port, width, value) => {
      source.settle();
      board.writePort(cpu, port, width, value);
    },
    readDevice: (cpu, address, width) => {
      source.settle();
      return board.readDevice(cpu, address, width);
    },
    writeDevice: (cpu, address, width, value) => {
      source.settle();
      board.writeDevice(cpu, address, width, value);
    },
    // The end of an interrupt may be an MSR (x2APIC).
    writeMsr: (cpu, msr, value) => {
      source.settle();
      return board.writeMsr(cpu, msr, value);
    },
    acknowledgeInterrupt: (cpu) => {
      if (direct[cpu] === true) {
        const vector = source.acknowledge(cpu);
        // Taken, or gone: what becomes pending from now on is announced anew.
        offer(cpu, false);
        if (vector >= 0) return vector;
      }
      return own[cpu] === true ? board.acknowledgeInterrupt(cpu) : -1;
    },
    nextEvent: () => Math.min(board.nextEvent(), source.nextEvent()),
    advance: (now) => {
      if (board.nextEvent() <= now) board.advance(now);
      if (source.nextEvent() <= now) source.advance(now);
    },
  };
}
