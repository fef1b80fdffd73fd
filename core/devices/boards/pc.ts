/** The board of a PC: every device, its address, its interrupt line. */

import { CONFIG_PORTS } from '../../abi/pci/pci.table.ts';
import { legacyPciLine, PCI_LINES, pciLine } from '../../abi/pci/routing.ts';
import { IO_APIC } from '../../abi/x86/io-apic.table.ts';
import { CRTC, STATUS } from '../../abi/x86/vga.table.ts';
import type { Board, BoardHost } from '../../seams/board.ts';
import type { ByteStream } from '../../seams/plugs.ts';
import { PowerManagement } from '../acpi-pm/device.ts';
import { PM1 } from '../acpi-pm/registers.table.ts';
import { Bus } from '../bus.ts';
import { checkpoint, DEBUG_PORTS, debugConsole, debugExit } from '../debug-port/device.ts';
import { acpiTables } from '../firmware/acpi.ts';
import type { Patch } from '../firmware/bios-data.ts';
import { biosData } from '../firmware/bios-data.ts';
import { biosStub } from '../firmware/bios-stub.ts';
import { mpTables } from '../firmware/mp-tables.ts';
import type { ScreenSize } from '../framebuffer/device.ts';
import { Framebuffer } from '../framebuffer/device.ts';
import { fwCfg } from '../fw-cfg/device.ts';
import { FW_CFG_PORTS } from '../fw-cfg/registers.table.ts';
import { I8042 } from '../i8042/device.ts';
import type { Keyboard } from '../i8042/keyboard.ts';
import { I8042_PORTS } from '../i8042/registers.table.ts';
import { IoApic } from '../ioapic/device.ts';
import { LocalApics } from '../lapic/device.ts';
import { LAYOUT } from '../layout.ts';
import type { Line } from '../lines.ts';
import { shareLine } from '../lines.ts';
import { ModelSpecificRegisters } from '../msrs/model.ts';
import type { PciBuses } from '../pci/function.ts';
import { PciFunction } from '../pci/function.ts';
import { PciHost } from '../pci/host.ts';
import { PicPair } from '../pic/device.ts';
import { PIC_PORTS } from '../pic/registers.table.ts';
import { Pit } from '../pit/device.ts';
import { PIT_PORTS } from '../pit/registers.table.ts';
import { Rtc } from '../rtc/device.ts';
import { plugTestDevice } from '../test-device/device.ts';
import { TextScreen } from '../text-screen/device.ts';
import { Uart } from '../uart/device.ts';

export interface PcOptions {
  readonly memoryBytes: number;
  /** The far side of the serial port COM1. */
  readonly serial: ByteStream;
  /** Seconds since 1970 when the computer is switched on. */
  readonly epoch: number;
  readonly screen?: ScreenSize;
  /** Further devices on the PCI bus, in the order of their slots. */
  readonly pci?: readonly ((place: PciPlace) => PciFunction)[];
}

/** What a PCI device is built with. */
export interface PciPlace {
  readonly buses: PciBuses;
  readonly host: BoardHost;
  /** The interrupt pin of its slot. */
  readonly pin: Line;
  /** What firmware notes as its interrupt line. */
  readonly interruptLine: number;
  /** Where firmware puts its window of device memory, of at most {@link SLOT_WINDOW} bytes. */
  readonly memoryWindow: number;
}

export interface PcBoard extends Board {
  /** What firmware puts into memory before the operating system is started; the root of the ACPI tables among it. */
  readonly firmware: readonly Patch[];
  readonly rsdp: number;
  readonly framebuffer: Framebuffer | undefined;
  /** Plugged in where there is a framebuffer. */
  readonly keyboard: Keyboard | undefined;
  readonly power: PowerManagement;
  /** Whether a processor's APIC is switched on, as CPUID has to tell. */
  apicEnabled(cpu: number): boolean;
  /** A message-signalled interrupt: a write of `data` to an address of the local APICs (SDM volume 3, section 11.11). */
  signal(address: number, data: number): void;
  /** Accesses by device, and those that nobody answered. */
  statistics(): PcStatistics;
}

export interface PcStatistics {
  readonly devices: Record<string, { reads: number; writes: number }>;
  readonly unclaimed: {
    readonly ports: [number, number][];
    readonly memory: [number, number][];
    readonly msrs: [number, number][];
  };
}

const FIRST_FREE_SLOT = 2;
/** Device memory that firmware sets aside for each slot, bytes. */
const SLOT_WINDOW = 0x1_0000;

export function pc(host: BoardHost, options: PcOptions): PcBoard {
  const ports = new Bus();
  const memory = new Bus();
  const now = host.now;
  const { frequency } = host;
  const end = host.end;

  // Interrupts: every line goes to the legacy controllers (below 16) and to the I/O APIC, where the timer has pin 2.
  const pic: PicPair = new PicPair((asserted) => apics.legacyOutput(asserted));
  const apics: LocalApics = new LocalApics(host, pic);
  const ioApic = new IoApic((message) => apics.deliver({ ...message, asserted: true, shorthand: 0 }));
  apics.onEnd = (vector) => ioApic.end(vector);
  const isaLine =
    (irq: number): Line =>
    (asserted) => {
      pic.line(irq, asserted);
      ioApic.setPin(irq === 0 ? 2 : irq, asserted);
    };

  const power = new PowerManagement({ line: isaLine(LAYOUT.sciIrq), frequency, now, end });
  const pit = new Pit(isaLine(0), now, frequency);
  const rtc = new Rtc({ line: isaLine(8), frequency, epoch: options.epoch, now });
  rtc.describeMemory(options.memoryBytes);
  const uart = new Uart({ line: isaLine(LAYOUT.com1Irq), stream: options.serial, frequency, now });
  const i8042 = new I8042({ reset: () => end({ kind: 'reset' }), line: isaLine(1), hasKeyboard: options.screen !== undefined });
  const textScreen = new TextScreen();
  const pci = new PciHost(power.resetControl);
  const msrs = new ModelSpecificRegisters(host.cpuCount, frequency, apics);
  const framebuffer = options.screen === undefined ? undefined : new Framebuffer(options.screen, options.memoryBytes, host);

  ports.claim(PIC_PORTS.primary, 2, pic.primaryPorts);
  ports.claim(PIT_PORTS.counters, 4, pit.ports);
  ports.claim(I8042_PORTS.data, 1, i8042.data);
  ports.claim(PIT_PORTS.control, 1, pit.portB);
  ports.claim(I8042_PORTS.command, 1, i8042.command);
  ports.claim(0x70, 2, rtc.ports);
  ports.claim(DEBUG_PORTS.checkpoint, 16, checkpoint());
  ports.claim(CRTC.index, 2, textScreen.crtc);
  ports.claim(STATUS.port, 1, textScreen.status);
  ports.claim(PIC_PORTS.secondary, 2, pic.secondaryPorts);
  ports.claim(
    DEBUG_PORTS.console,
    1,
    debugConsole((byte) => options.serial.write(Uint8Array.of(byte))),
  );
  ports.claim(DEBUG_PORTS.exit, 4, debugExit(end));
  ports.claim(LAYOUT.com1, 8, uart.ports);
  ports.claim(PIC_PORTS.edgeLevel, 2, pic.edgeLevelPorts);
  ports.claim(FW_CFG_PORTS.selector, FW_CFG_PORTS.length, fwCfg({ cpus: host.cpuCount, memoryBytes: options.memoryBytes }));
  ports.claim(LAYOUT.pmBase, PM1.length, power.pm1);
  ports.claim(LAYOUT.gpeBase, 4, power.gpe0);
  ports.claim(CONFIG_PORTS.address, CONFIG_PORTS.length, pci.ports);
  plugTestDevice(ports, memory, (line, asserted) => ioApic.setPin(line, asserted));
  memory.claim(LAYOUT.ioApic, IO_APIC.length, ioApic.page);
  memory.claim(LAYOUT.localApic, 0x1000, apics.page);

  // As firmware leaves it: system control and PCI interrupts are level-triggered at the legacy controllers, too.
  pic.edgeLevelPorts.write(0, 2, (1 << LAYOUT.sciIrq) | (1 << 10) | (1 << 11), 0);

  // PCI: the host itself, the bridge to the ISA devices above, then what was asked for.
  const buses: PciBuses = { ports, memory };
  const sharers = pciLines(pic, ioApic);
  pci.plug(0, 0, new PciFunction({ vendor: 0x8086, device: 0x1237, class: 0x06_0000 }, buses));
  pci.plug(1, 0, new PciFunction({ vendor: 0x8086, device: 0x7000, class: 0x06_0100 }, buses));
  options.pci?.forEach((build, index) => {
    const slot = FIRST_FREE_SLOT + index;
    pci.plug(
      slot,
      0,
      build({
        buses,
        host,
        pin: sharers(slot, 1),
        interruptLine: legacyPciLine(slot, 1),
        memoryWindow: LAYOUT.pciWindow + slot * SLOT_WINDOW,
      }),
    );
  });

  const timed = [apics, pit, rtc, uart];
  return {
    firmware: [
      {
        address: LAYOUT.firmware,
        bytes: acpiTables(LAYOUT.firmware, { cpus: host.cpuCount, keyboard: options.screen !== undefined }),
      },
      ...biosData(),
      ...biosStub(),
      mpTables(LAYOUT.mpTables, host.cpuCount),
    ],
    rsdp: LAYOUT.firmware,
    framebuffer,
    keyboard: i8042.keyboard,
    power,
    apicEnabled: (cpu) => apics.isEnabled(cpu),
    signal: (address, data) =>
      void apics.deliver({
        delivery: (data >> 8) & 7,
        vector: data & 0xff,
        levelTriggered: (data & 0x8000) !== 0,
        asserted: true,
        logical: (address & 4) !== 0,
        destination: (address >>> 12) & 0xff,
        shorthand: 0,
      }),
    readPort: (cpu, port, width) => ports.read(port, width, cpu),
    writePort: (cpu, port, width, value) => ports.write(port, width, value, cpu),
    readDevice: (cpu, address, width) => readWide(memory, address, width, cpu),
    writeDevice: (cpu, address, width, value) => writeWide(memory, address, width, value, cpu),
    readMsr: (cpu, msr) => msrs.read(cpu, msr),
    writeMsr: (cpu, msr, value) => msrs.write(cpu, msr, value),
    acknowledgeInterrupt: (cpu) => apics.acknowledge(cpu),
    readTaskPriority: (cpu) => apics.readTaskPriority(cpu),
    writeTaskPriority: (cpu, value) => apics.writeTaskPriority(cpu, value),
    nextEvent: () => Math.min(apics.due(), pit.due(), rtc.due(), uart.due()),
    advance: (at) => {
      for (const device of timed) if (device.due() <= at) device.advance(at);
    },
    statistics: () => ({
      devices: { ...ports.accesses(), ...memory.accesses() },
      unclaimed: { ports: [...ports.unclaimed], memory: [...memory.unclaimed], msrs: [...msrs.unclaimed] },
    }),
  };
}

/** Several slots share a line, at the I/O APIC and at the legacy controllers. */
function pciLines(pic: PicPair, ioApic: IoApic): (slot: number, pin: number) => Line {
  const modern = Array.from({ length: PCI_LINES.count }, (_, index) =>
    shareLine((asserted) => ioApic.setPin(PCI_LINES.first + index, asserted)),
  );
  const legacy = new Map([10, 11].map((irq) => [irq, shareLine((asserted) => pic.line(irq, asserted))]));
  return (slot, pin) => {
    const lines = [modern[pciLine(slot, pin) - PCI_LINES.first]?.(), legacy.get(legacyPciLine(slot, pin))?.()];
    return (asserted) => {
      for (const line of lines) line?.(asserted);
    };
  };
}

/** Registers are 32 bits wide at most: wider accesses go to them one after the other. */
function readWide(bus: Bus, address: number, width: number, cpu: number): bigint {
  if (width <= 4) return BigInt(bus.read(address, width, cpu));
  let value = 0n;
  for (let at = 0; at < width; at += 4) value |= BigInt(bus.read(address + at, 4, cpu)) << BigInt(8 * at);
  return value;
}

function writeWide(bus: Bus, address: number, width: number, value: bigint, cpu: number): void {
  if (width <= 4) bus.write(address, width, Number(value), cpu);
  else for (let at = 0; at < width; at += 4) bus.write(address + at, 4, Number((value >> BigInt(8 * at)) & 0xffff_ffffn), cpu);
}
