/** What is typed at a clone's console waits for its name, and not for ever. */
import { expect, it } from 'vitest';
import type { LocalStore } from '../../seams/platform.ts';
import { holdUntilNamed, OWN_NAME } from './own-name.ts';
import { createPipe } from './pipe.ts';

const NAMED = `/local/domain/7/${OWN_NAME}`;

function held() {
  const pipe = createPipe();
  let typed = '';
  pipe.guest.onData((bytes) => {
    typed += new TextDecoder().decode(bytes);
  });
  let value = 'original';
  let changed: (() => void) | undefined;
  let late: (() => void) | undefined;
  let at = 0;
  const store = {
    read: (path: string) => (path === NAMED ? value : undefined),
    watch: (_path: string, listener: () => void) => {
      changed = listener;
      return () => {
        changed = undefined;
      };
    },
  } as unknown as LocalStore;
  const platform = {
    frequency: 1000,
    now: () => 500,
    schedule: (when: number, task: () => void) => {
      at = when;
      late = task;
      return () => {
        late = undefined;
      };
    },
  };
  holdUntilNamed({ domain: 7, name: 'copy', pipe }, store, platform);
  pipe.person.write(new TextEncoder().encode('uname -a'));
  return {
    typed: () => typed,
    write: (name: string) => {
      value = name;
      changed?.();
    },
    wait: () => late?.(),
    waits: () => [changed !== undefined, late !== undefined],
    at: () => at,
  };
}

it('is passed on when the guest has said that it has its own name', () => {
  const { typed, write, waits } = held();
  write('original');
  expect(typed()).toBe('');
  write('copy');
  expect(typed()).toBe('uname -a');
  expect(waits()).toEqual([false, false]);
});

it('is passed on after some seconds to a guest that says nothing', () => {
  const { typed, wait, waits, at } = held();
  expect(at()).toBe(5500);
  wait();
  expect(typed()).toBe('uname -a');
  expect(waits()).toEqual([false, false]);
});
