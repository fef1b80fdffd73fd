/** A console line keeps what nobody has read, knows what a screen shows, and can hold back what is typed. */
import { expect, it } from 'vitest';
import { createPipe } from './pipe.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

it('gives the first reader everything that was written before', () => {
  const pipe = createPipe();
  let seen = '';
  pipe.guest.write(bytesOf('Debian '));
  pipe.person.onData((bytes) => {
    seen += textOf(bytes);
  });
  pipe.guest.write(bytesOf('login:'));
  expect(seen).toBe('Debian login:');
});

it('remembers a screen of whole lines', () => {
  const pipe = createPipe();
  pipe.guest.write(bytesOf('~ # '));
  expect(textOf(pipe.recent())).toBe('~ # ');
  for (let line = 0; line < 1000; line++) pipe.guest.write(bytesOf(`line ${line}\n`));
  pipe.guest.write(bytesOf('~ # '));
  const shown = textOf(pipe.recent()).split('\n');
  expect(shown[0]).toMatch(/^line \d+$/);
  expect(shown.slice(-2)).toEqual(['line 999', '~ # ']);
  pipe.guest.write(bytesOf(`${'x'.repeat(5000)}\n~ # `));
  expect(textOf(pipe.recent())).toBe('~ # ');
});

it('does not ask again what a program has asked the terminal', () => {
  const pipe = createPipe();
  pipe.guest.write(bytesOf('~ # \u001b[6n\u001b[1mbold\u001b[c'));
  expect(textOf(pipe.recent())).toBe('~ # \u001b[1mbold');
});

it('holds back what is typed, in order, until it is released', () => {
  const pipe = createPipe();
  let typed = '';
  pipe.guest.onData((bytes) => {
    typed += textOf(bytes);
  });
  pipe.hold();
  for (const key of 'uname') pipe.person.write(bytesOf(key));
  expect(typed).toBe('');
  pipe.release();
  pipe.person.write(bytesOf(' -a'));
  expect(typed).toBe('uname -a');
});
