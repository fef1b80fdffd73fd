/** What a view remembers across starts, under a key of its own; small values only. */
import { useCallback, useEffect, useState } from 'react';
import { call } from './client.ts';

type Kept = Readonly<Record<string, string | number | boolean>>;

/** @returns the remembered values over the usual ones, and what changes some of them */
export function useKept<T extends Kept>(key: string, usual: T): [T, (change: Partial<T>) => void] {
  const [kept, setKept] = useState<Partial<T>>({});
  useEffect(() => {
    let over = false;
    call('view.read', { key }).then(
      ({ value }) => {
        if (!over && value !== null && typeof value === 'object' && !Array.isArray(value))
          setKept((chosen) => ({ ...(value as Partial<T>), ...chosen }));
      },
      // Without what was remembered the view is as usual.
      () => undefined,
    );
    return () => {
      over = true;
    };
  }, [key]);
  const change = useCallback(
    (next: Partial<T>) =>
      setKept((before) => {
        const after = { ...before, ...next };
        call('view.write', { key, value: after as Kept }).catch(() => undefined);
        return after;
      }),
    [key],
  );
  return [{ ...usual, ...kept }, change];
}
