/** Keys pressed anywhere: chords open the palette, two letters one after the other run a command. */
import { useEffect } from 'react';
import { onMac } from '../desk/client.ts';
import { type Command, typing } from './commands.ts';

const PATIENCE = 900;

export function useKeys(commands: readonly Command[], palette: () => void): void {
  useEffect(() => {
    let first = '';
    let at = 0;
    const press = (event: KeyboardEvent): void => {
      const chord = onMac ? event.metaKey : event.ctrlKey;
      if (chord && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k') {
        if (event.target instanceof HTMLElement && event.target.closest('.xterm') !== null) return;
        event.preventDefault();
        palette();
        return;
      }
      if (chord || event.altKey || event.metaKey || event.ctrlKey || typing(event.target)) return;
      const now = Date.now();
      const pair = now - at < PATIENCE && first !== '' ? `${first} ${event.key}` : '';
      const command = commands.find((it) => it.keys === pair || it.keys === event.key);
      first = event.key;
      at = now;
      if (command === undefined) return;
      first = '';
      event.preventDefault();
      command.run();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [commands, palette]);
}
