/** Registers of the 16550 UART. Source: National Semiconductor PC16550D data sheet, June 1995, section 8. */

export const UART_REGISTERS = [
  { name: 'RBR', at: 0, access: 'r', bank: 0, reset: 0x00, meaning: 'received byte' },
  { name: 'THR', at: 0, access: 'w', bank: 0, reset: 0x00, meaning: 'byte to send' },
  { name: 'DLL', at: 0, access: 'rw', bank: 1, reset: 0x01, meaning: 'divisor, low byte (115200 baud)' },
  { name: 'IER', at: 1, access: 'rw', bank: 0, reset: 0x00, meaning: 'interrupt enable' },
  { name: 'DLM', at: 1, access: 'rw', bank: 1, reset: 0x00, meaning: 'divisor, high byte' },
  { name: 'IIR', at: 2, access: 'r', reset: 0x01, meaning: 'interrupt identification' },
  { name: 'FCR', at: 2, access: 'w', reset: 0x00, meaning: 'FIFO control' },
  { name: 'LCR', at: 3, access: 'rw', reset: 0x00, meaning: 'line control' },
  { name: 'MCR', at: 4, access: 'rw', reset: 0x00, meaning: 'modem control' },
  { name: 'LSR', at: 5, access: 'r', reset: 0x60, meaning: 'line status' },
  { name: 'MSR', at: 6, access: 'r', reset: 0xb0, meaning: 'modem status: carrier, ready and clear to send' },
  { name: 'SCR', at: 7, access: 'rw', reset: 0x00, meaning: 'scratch' },
] as const;

/** Offsets: RBR, THR and DLL share the first, IER and DLM the second. */
export const Offset = { data: 0, interruptEnable: 1, interruptIdentification: 2, fifoControl: 2, lineControl: 3, modemControl: 4, lineStatus: 5, modemStatus: 6, scratch: 7 } as const;

export const IER = { received: 0x01, transmitterEmpty: 0x02, lineStatus: 0x04, modemStatus: 0x08 } as const;
export const IIR = { none: 0x01, modemStatus: 0x00, transmitterEmpty: 0x02, received: 0x04, lineStatus: 0x06, timeout: 0x0c, fifo: 0xc0 } as const;
export const FCR = { enable: 0x01, clearReceiver: 0x02, clearTransmitter: 0x04, triggerShift: 6 } as const;
export const LCR = { divisorLatch: 0x80 } as const;
export const MCR = { dtr: 0x01, rts: 0x02, out1: 0x04, out2: 0x08, loop: 0x10 } as const;
export const LSR = { dataReady: 0x01, overrun: 0x02, holdingEmpty: 0x20, empty: 0x40 } as const;
export const MSR = { cts: 0x10, dsr: 0x20, ri: 0x40, dcd: 0x80 } as const;

export const FIFO_SIZE = 16;
/** Received bytes at which an interrupt is raised, by the two trigger bits. */
export const TRIGGER_LEVELS = [1, 4, 8, 14] as const;
