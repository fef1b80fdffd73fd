/** What a price list offers on demand, and what is known of an instance when it is ordered. */
import { describe, expect, it } from 'vitest';
import { offersOf, ordered } from './offers.ts';
import { CATALOGUES, catalogueOf } from './testing/catalogues.ts';

describe('offers', () => {
  it.each(CATALOGUES)('%s: each type with a price on demand, and no other', (id) => {
    const list = catalogueOf(id);
    const wanted = list.types.filter((type) => type.prices.some(({ model }) => model === 'on-demand'));
    expect(offersOf(list).map((offer) => offer.id)).toEqual(wanted.map((type) => type.id));
  });

  it('an instance has what its type has, and costs what the list says', () => {
    const instance = ordered(catalogueOf('ec2-2012'), 'cc1.4xlarge', { id: 'i7', name: 'weaver', tags: ['web'] }, 1000);
    expect(instance).toMatchObject({
      id: 'i7',
      state: 'ordered',
      rentedAt: 1000,
      ecu: 33.5,
      memoryMib: 23 * 1024,
      pricePerHour: 1.6,
      currency: 'USD',
      tags: ['web'],
    });
  });

  it('a type that is only reserved or not there is refused', () => {
    const list = catalogueOf('ec2-2012');
    const [type] = list.types;
    if (type === undefined) throw new Error('the list is empty');
    const reservedOnly = { ...list, types: [{ ...type, prices: type.prices.filter((it) => it.model === 'reserved') }] };
    const name = { id: 'i1', name: 'a' };
    expect(() => ordered(reservedOnly, type.id, name, 0)).toThrow(expect.objectContaining({ code: 'no-such-type' }));
    expect(() => ordered(list, 'nonesuch', name, 0)).toThrow(expect.objectContaining({ code: 'no-such-type' }));
  });
});
