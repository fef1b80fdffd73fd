/** What waits for the next start, and what becomes of it. */
import { expect, it } from 'vitest';
import type { Machine } from '../contract/fleet.ts';
import { adjusted, asStarted } from './pending.ts';

const MACHINE: Machine = {
  ...{ id: 'i1.1', instance: 'i1', name: 'vm-1', state: 'running', reason: '', image: 'default', address: '' },
  ...{ vcpus: 1, memoryMib: 96, weight: 256, cap: 0, autostart: false, protected: false, tags: [], group: '', note: '' },
  ...{ commandLine: '', disks: [], nics: [], createdAt: 0, pending: {}, clonedFrom: null, hasScreen: false },
};

it('takes what is live and keeps the rest', () => {
  const machine = adjusted(MACHINE, { weight: 512, vcpus: 9, name: undefined }, ['weight']);
  expect(machine).toMatchObject({ name: 'vm-1', weight: 512, vcpus: 1, pending: { vcpus: 9 } });
  expect(asStarted(machine)).toMatchObject({ weight: 512, vcpus: 9, pending: {} });
});

it('forgets what was waiting when the same setting takes effect', () => {
  const waiting = adjusted(MACHINE, { vcpus: 9, maximumVcpus: 9 }, []);
  expect(adjusted(waiting, { vcpus: 2 }, ['vcpus'])).toMatchObject({ vcpus: 2, pending: { maximumVcpus: 9 } });
});
