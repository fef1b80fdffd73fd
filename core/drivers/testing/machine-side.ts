/** A driver domain for tests of drivers: a Xen on the board of a real PC, whose processors run no code, and time that passes when told. */
import { type PcBoard, type PciPlace, pc } from '../../devices/boards/pc.ts';
import type { PciFunction } from '../../devices/pci/function.ts';
import { NativeDomain } from '../../hypervisors/xen/native/domain.ts';
import { driverAccessOf } from '../../hypervisors/xen/native/driver-access.ts';
import { platformOf } from '../../hypervisors/xen/native/platform.ts';
import { FakeMachine } from '../../hypervisors/xen/testing/fake-machine.ts';
import { Xen } from '../../hypervisors/xen/xen.ts';
import type { Below } from '../../seams/below.ts';
import { nothingBelow } from '../../seams/below.ts';
import type { DriverAccess } from '../../seams/driver-domain.ts';
import type { Machine } from '../../seams/machine.ts';
import type { Platform } from '../../seams/platform.ts';

const FRAMES = 4096;

export class MachineSide {
  readonly machine: FakeMachine;
  readonly board: PcBoard;
  readonly xen: Xen;
  readonly domain: NativeDomain;
  readonly platform: Platform;
  readonly access: DriverAccess;
  /** Interrupts that ring 0 took. */
  interrupts = 0;
  private offered = false;
  private time = 0;

  constructor(pci: readonly ((place: PciPlace) => PciFunction)[], below: (machine: Machine) => Below = () => nothingBelow) {
    const fake = new FakeMachine(FRAMES);
    const [cpu] = fake.cpus;
    if (cpu === undefined) throw new Error('a machine has a CPU');
    this.board = pc(
      {
        now: () => cpu.now(),
        frequency: fake.frequency,
        cpuCount: 1,
        interrupt: (_cpu, offered) => {
          this.offered = offered;
        },
        nmi: () => {},
        taskPriority: () => {},
        init: () => {},
        startUp: () => {},
        readMemory: (address, length) => fake.memory.read(address, length),
        writeMemory: (address, bytes) => fake.memory.write(address, bytes),
        end: () => {},
      },
      { memoryBytes: FRAMES * 4096, serial: { write: () => {}, onData: () => {} }, epoch: 0, pci },
    );
    const { board } = this;
    this.machine = Object.assign(fake, {
      ports: {
        read: (port: number, width: 1 | 2 | 4) => board.readPort(0, port, width),
        write: (port: number, width: 1 | 2 | 4, value: number) => board.writePort(0, port, width, value),
      },
      devices: {
        read: (address: number, width: 1 | 2 | 4) => Number(board.readDevice(0, address, width)),
        write: (address: number, width: 1 | 2 | 4, value: number) => board.writeDevice(0, address, width, BigInt(value >>> 0)),
      },
    });
    Object.assign(cpu, {
      readMsr: (msr: number) => board.readMsr(0, msr),
      writeMsr: (msr: number, value: bigint) => board.writeMsr(0, msr, value),
    });
    this.xen = new Xen(this.machine, {
      below: below(this.machine),
      memory: [{ start: 0x100, end: FRAMES }],
      wallClock: 0,
      console: () => {},
    });
    this.domain = new NativeDomain(this.xen, 0, 'driver', 256);
    this.platform = platformOf(this.domain);
    this.access = driverAccessOf(this.domain);
  }

  /** Lets the driver domain work until it has nothing to do, and takes the interrupts that come. */
  run(): void {
    for (let quiet = 0; quiet < 3; quiet++) {
      this.time += 1_000_000;
      if (this.offered) {
        const vector = this.board.acknowledgeInterrupt(0);
        this.interrupts += 1;
        quiet = 0;
        this.xen.interrupted(0, vector);
      }
      this.xen.run(0, this.time);
    }
  }
}
