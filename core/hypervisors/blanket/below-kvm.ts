/**
 * KVM below: nothing has to be asked of it. Its devices look like PCI devices, and the one thing a second layer must do
 * is to give them addresses that KVM knows, which are the machine frames of this layer.
 */
import type { GuestFrame } from '../../seams/addresses.ts';
import { type Below, nothingBelow } from '../../seams/below.ts';
import type { Machine } from '../../seams/machine.ts';

/** ACPI fixed hardware (ACPI 6.5 section 4.8.3.2): PM1a control, SLP_EN with the sleep type of S5. */
const PM1_CONTROL = 0x604;
const SLEEP_S5 = 0x3400;
/** Reset control register of the PCI host. */
const RESET_CONTROL = 0xcf9;
const FULL_RESET = 0x0e;

export function belowKvm(machine: Machine): Below {
  return {
    ...nothingBelow,
    name: 'kvm',
    asGuestFrame: (frame) => frame as number as GuestFrame,
    shutdown: (reason) => {
      if (reason === 'reboot') machine.ports.write(RESET_CONTROL, 1, FULL_RESET);
      else machine.ports.write(PM1_CONTROL, 2, SLEEP_S5);
    },
  };
}
