/** What a request is about and what it asks for. */
import { expect, it } from 'vitest';
import { askedOf, unitOf } from './asked.ts';

it.each([
  [{ machine: 'i1.2', action: 'pause' }, 'i1.2', 'action pause'],
  [{ machines: ['i1.3', 'i1.4'], action: 'start' }, 'i1.3', 'action start'],
  [
    { instance: 'i1', count: 4, start: true, template: null, order: { name: 'vm', network: '' } },
    'i1',
    'count 4, start true, name vm',
  ],
  [{ name: 'a.csv', bytes: new Uint8Array(3) }, '', 'name a.csv'],
  [{}, '', ''],
  [undefined, '', ''],
])('of %j', (request, unit, asked) => {
  expect(unitOf(request)).toBe(unit);
  expect(askedOf(request)).toBe(asked);
});

it('keeps what is asked short', () => {
  expect(askedOf({ note: 'x'.repeat(1000) })).toHaveLength(200);
});
