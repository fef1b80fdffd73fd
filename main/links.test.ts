/** Links only name places, by a strict grammar. */
import { expect, it } from 'vitest';
import { placeFrom, placeOf } from './links.ts';

it.each([
  ['blanket://machine/i3.7/console', '/machine/i3.7/console'],
  ['blanket://spend', '/spend'],
  ['blanket://spend/', '/spend'],
  ['blanket://machine/../../etc', undefined],
  ['blanket://machine/i1?x=1', undefined],
  ['blanket://remove/i1', undefined],
  ['javascript:alert(1)', undefined],
  ['https://example.com', undefined],
])('%s', (link, place) => {
  expect(placeOf(link)).toBe(place);
});

it('takes a place from the command line in each form', () => {
  expect(placeFrom(['.', '--show', 'machine/i1.1/details'])).toBe('/machine/i1.1/details');
  expect(placeFrom(['--show=tasks'])).toBe('/tasks');
  expect(placeFrom(['--flag', 'blanket://rent'])).toBe('/rent');
  expect(placeFrom(['--show', 'nowhere'])).toBeUndefined();
});
