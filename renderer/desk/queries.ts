/** Reads that a component shows: asked when it appears, asked again when a fact says so. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Answer, CallName, Request } from '../../core/contract/calls.ts';
import type { EventName } from '../../core/contract/events.ts';
import type { RefusalShape } from '../../core/contract/tasks.ts';
import { call, on, refusalOf } from './client.ts';

export interface Read<T> {
  /** Kept while it is read again, so nothing jumps. */
  readonly value: T | undefined;
  readonly refusal: RefusalShape | undefined;
  again(): void;
}

export function useRead<N extends CallName>(
  name: N,
  request: Request<N> | undefined,
  after: readonly EventName[] = [],
  every = 0,
): Read<Answer<N>> {
  const [value, setValue] = useState<Answer<N>>();
  const [refusal, setRefusal] = useState<RefusalShape>();
  const key = request === undefined ? '' : JSON.stringify(request);
  const asked = useRef(0);
  const again = useCallback(() => {
    if (key === '') return;
    const turn = ++asked.current;
    call(name, JSON.parse(key) as Request<N>).then(
      (answer) => {
        if (turn !== asked.current) return;
        setValue(answer);
        setRefusal(undefined);
      },
      (thrown: unknown) => {
        if (turn === asked.current) setRefusal(refusalOf(thrown));
      },
    );
  }, [name, key]);
  const facts = after.join(' ');
  useEffect(() => {
    setValue(undefined);
    again();
    const ends = facts === '' ? [] : facts.split(' ').map((fact) => on(fact as EventName, again));
    const timer = every > 0 ? setInterval(again, every) : undefined;
    return () => {
      asked.current += 1;
      for (const end of ends) end();
      clearInterval(timer);
    };
  }, [again, facts, every]);
  return { value, refusal, again };
}
