/** Keys pressed anywhere: chords open the palette, two letters one after the other run a command. */
import { useEffect, useRef } from 'react';
import { onMac } from '../desk/client.ts';
import { type Command, typing } from './commands.ts';

/** Milliseconds within which the second letter follows. */
const PATIENCE = 900;

export function useKeys(commands: readonly Command[], palette: () => void): void {
  // Kept while commands change, as they do whenever something is told in between.
  const before = useRef({ key: '', at: 0 });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const chord = onMac ? event.metaKey : event.ctrlKey;
      if (chord && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k') {
        if (event.target instanceof HTMLElement && event.target.closest('.xterm') !== null) return;
        event.preventDefault();
        palette();
        return;
      }
      if (chord || event.altKey || event.metaKey || event.ctrlKey || typing(event.target)) return;
      // When they were pressed counts, not when there was time to look.
      const { key, at } = before.current;
      const pair = event.timeStamp - at < PATIENCE && key !== '' ? `${key} ${event.key}` : '';
      const command = commands.find((it) => it.keys === pair || it.keys === event.key);
      before.current = { key: command === undefined ? event.key : '', at: event.timeStamp };
      if (command === undefined) return;
      event.preventDefault();
      command.run();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [commands, palette]);
}
