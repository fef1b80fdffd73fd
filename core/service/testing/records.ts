/** Records for tests: an instance about which nothing is known but its name. */
import type { Instance } from '../../contract/fleet.ts';

export const blankInstance: Instance = {
  id: 'i1',
  name: 'test',
  provider: 'nobody',
  flavour: 'kvm',
  type: 'small',
  region: '',
  state: 'ordered',
  reason: '',
  rentedAt: 0,
  readyAt: null,
  endedAt: null,
  pricePerHour: 0,
  currency: 'USD',
  vcpus: 2,
  ecu: null,
  memoryMib: 4096,
  diskGib: 0,
  capacity: null,
  tags: [],
  note: '',
  restarts: 0,
};
