/** A draft becomes the order that the contract accepts. */
import { expect, it } from 'vitest';
import { machineOrder } from '../../../core/contract/calls-machines.ts';
import { FIRST_DRAFT, nameFits, orderOf, words } from './order.ts';

it('makes an order of the first draft, on the first network there is', () => {
  const order = orderOf(FIRST_DRAFT, 512, 'bridge0');
  expect(machineOrder.safeParse(order).success).toBe(true);
  expect(order).toMatchObject({ name: 'vm', memoryMib: 512, diskMib: 1024, network: 'bridge0', tags: [] });
  expect('disk' in order).toBe(false);
});

it('carries what a person chose', () => {
  const draft = { ...FIRST_DRAFT, disk: 'debian', network: '', tags: 'web, db  web2', isProtected: true };
  expect(orderOf(draft, 64, 'bridge0')).toMatchObject({
    disk: 'debian',
    network: '',
    tags: ['web', 'db', 'web2'],
    protected: true,
  });
});

it('knows names that hosts can have', () => {
  expect(['vm', 'web-1', 'A9'].map((name) => nameFits({ ...FIRST_DRAFT, name }))).toEqual([true, true, true]);
  expect(['', '-x', 'a b', 'x'.repeat(80)].map((name) => nameFits({ ...FIRST_DRAFT, name }))).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect(words(' a ,b ')).toEqual(['a', 'b']);
});
