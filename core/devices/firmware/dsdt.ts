/** The differentiated system description: processors, the PCI host and its interrupt routing, serial port, clock, keyboard. */
import { pciLine } from '../../abi/pci/routing.ts';
import { concatenate } from '../../base/bytes.ts';
import { SLEEP_TYPE_OFF } from '../acpi-pm/registers.table.ts';
import { LAYOUT } from '../layout.ts';
import { addressWindow, device, eisaId, integer, ioPorts, irq, name, pack, resources, scope, string } from './aml.ts';

const SLOTS = 32;
const PRESENT = 0x0f;

/** What differs between boards. */
export interface BoardParts {
  readonly cpus: number;
  readonly keyboard: boolean;
}

export function dsdtBody({ cpus, keyboard }: BoardParts): Uint8Array {
  return concatenate([
    name('\\_S5', pack(integer(SLEEP_TYPE_OFF), integer(SLEEP_TYPE_OFF), integer(0), integer(0))),
    scope('\\_SB', ...Array.from({ length: cpus }, (_, index) => processor(index)), pciHost(keyboard)),
  ]);
}

const processor = (index: number): Uint8Array =>
  device(`C${index.toString(16).toUpperCase().padStart(3, '0')}`, name('_HID', string('ACPI0007')), name('_UID', integer(index)));

function pciHost(keyboard: boolean): Uint8Array {
  const windows = resources(
    addressWindow('bus', 0, 0xff),
    ioPorts(0xcf8, 8),
    addressWindow('io', 0, 0xcf7),
    addressWindow('io', 0xd00, 0xffff),
    addressWindow('memory', LAYOUT.pciWindow, LAYOUT.pciWindowEnd - 1),
  );
  return device(
    'PCI0',
    name('_HID', eisaId('PNP0A03')),
    name('_UID', integer(0)),
    name('_ADR', integer(0)),
    name('_BBN', integer(0)),
    name('_CRS', windows),
    name('_PRT', routing()),
    isaBridge(keyboard),
  );
}

/** Each pin of each slot: the slot in the upper half of the address, the pin counted from zero, no link device, the line. */
function routing(): Uint8Array {
  const rows: Uint8Array[] = [];
  for (let slot = 1; slot < SLOTS; slot++) {
    for (let pin = 0; pin < 4; pin++)
      rows.push(pack(integer(slot * 0x1_0000 + 0xffff), integer(pin), integer(0), integer(pciLine(slot, pin + 1))));
  }
  return pack(...rows);
}

const isaBridge = (keyboard: boolean): Uint8Array =>
  device(
    'ISA',
    name('_ADR', integer(0x1_0000)),
    device(
      'COM1',
      name('_HID', eisaId('PNP0501')),
      name('_UID', integer(1)),
      name('_STA', integer(PRESENT)),
      name('_CRS', resources(ioPorts(LAYOUT.com1, 8), irq(LAYOUT.com1Irq))),
    ),
    device('RTC', name('_HID', eisaId('PNP0B00')), name('_CRS', resources(ioPorts(0x70, 2), irq(8)))),
    ...(keyboard
      ? [device('KBD', name('_HID', eisaId('PNP0303')), name('_CRS', resources(ioPorts(0x60, 1), ioPorts(0x64, 1), irq(1))))]
      : []),
  );
