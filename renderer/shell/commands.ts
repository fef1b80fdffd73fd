/** Every command of the window: the palette, the shortcuts sheet and the keys read this one list. */
import { go } from '../routes.ts';
import type { Words } from '../words/say.ts';

export interface Command {
  readonly id: string;
  readonly words: Words;
  readonly section: 'go' | 'do' | 'look';
  /** Shown in the palette, and pressed anywhere: two letters one after the other, or a chord. */
  readonly keys?: string;
  run(): void;
}

export interface ShellActions {
  palette(): void;
  shortcuts(): void;
  leave(): void;
  theme(): void;
  notices(): void;
  diagnostics(): void;
}

export function commandsOf(shell: ShellActions): readonly Command[] {
  const to = (id: string, words: Words, place: string, keys?: string): Command => ({
    id,
    words,
    section: 'go',
    run: () => go(place),
    ...(keys === undefined ? {} : { keys }),
  });
  return [
    to('machines', 'nav.machines', '/machines', 'g m'),
    to('planner', 'nav.planner', '/planner', 'g p'),
    to('spend', 'nav.spend', '/spend', 'g s'),
    to('networks', 'nav.networks', '/networks', 'g n'),
    to('storage', 'nav.storage', '/storage', 'g d'),
    to('tasks', 'nav.tasks', '/tasks', 'g t'),
    to('settings', 'nav.settings', '/settings', 'g ,'),
    { id: 'rent', words: 'command.rent', section: 'do', keys: 'c i', run: () => go('/rent') },
    { id: 'new', words: 'command.new', section: 'do', keys: 'c m', run: () => go('/new') },
    { id: 'partition', words: 'command.partition', section: 'do', keys: 'c v', run: () => go('/partition') },
    { id: 'notices', words: 'command.notices', section: 'do', run: shell.notices },
    { id: 'diagnostics', words: 'command.diagnostics', section: 'do', run: shell.diagnostics },
    { id: 'theme', words: 'command.theme', section: 'look', keys: 'g l', run: shell.theme },
    { id: 'shortcuts', words: 'command.shortcuts', section: 'look', keys: '?', run: shell.shortcuts },
  ];
}

/** True where keys belong to what has the focus. */
export function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
      target.closest('.xterm, [role=dialog], [role=menu], [role=listbox]') !== null)
  );
}
