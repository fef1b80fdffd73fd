/** Every old settings file becomes a new one; a newer one is left as it is. */
import { expect, it } from 'vitest';
import { migrate, NEWEST } from './migrations.ts';

it('brings a file without a number to the newest version, and keeps what it held', () => {
  expect(migrate({ columns: ['cpu'], settings: { theme: 'dark' } })).toEqual({
    version: NEWEST,
    settings: { theme: 'dark' },
    views: { 'machines.columns': ['cpu'] },
  });
});

it('takes the remaining steps only', () => {
  expect(migrate({ version: 1, views: { a: 1 } })).toEqual({ version: NEWEST, views: { a: 1 } });
});

it('does not touch what a newer version wrote', () => {
  expect(migrate({ version: NEWEST + 5, future: true })).toEqual({ version: NEWEST + 5, future: true });
});
