/** Money with a small unit, aligned in columns. */
import type { ReactNode } from 'react';
import { money } from './format.ts';

export function PerHour({ value, currency = 'USD' }: { value: number; currency?: string }): ReactNode {
  return (
    <span className="cut">
      {money(value, currency)}
      <span className="unit">/h</span>
    </span>
  );
}
