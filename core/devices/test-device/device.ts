/**
 * The test device that hypervisor test suites expect beside the debug exit port: a register that echoes, memory behind the
 * bus, and lines of the I/O APIC that software can pull.
 *
 * Source: QEMU 7.2, `pc-testdev`: echo register at port 0xe0, flush command at 0xe4 (nothing to flush here), line n at port
 * 0x2000 + n, 64 KiB at 0xff00_0000.
 */
import type { Bus, BusDevice } from '../bus.ts';
import { bytewise } from '../bus.ts';

const ECHO = { start: 0xe0, length: 4 } as const;
const FLUSH = { start: 0xe4, length: 4 } as const;
const LINES = { start: 0x2000, length: 24 } as const;
const MEMORY = { start: 0xff00_0000, length: 0x1_0000 } as const;

const name = 'test-device';

/** @param pull sets the level of a line of the I/O APIC */
export function plugTestDevice(ports: Bus, memory: Bus, pull: (line: number, asserted: boolean) => void): void {
  ports.claim(ECHO.start, ECHO.length, storage(ECHO.length));
  ports.claim(FLUSH.start, FLUSH.length, { name, read: () => 0, write: () => undefined });
  ports.claim(LINES.start, LINES.length, {
    name,
    read: () => 0,
    write: (line, _, value) => pull(line, value !== 0),
  });
  memory.claim(MEMORY.start, MEMORY.length, storage(MEMORY.length));
}

function storage(length: number): BusDevice {
  const bytes = new Uint8Array(length);
  return bytewise(name, {
    read: (offset) => bytes[offset] ?? 0,
    write: (offset, value) => {
      bytes[offset] = value;
    },
  });
}
