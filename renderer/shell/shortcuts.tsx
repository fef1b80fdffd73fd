/** The sheet of all keys. */
import Dialog from '@mui/material/Dialog';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import type { ReactNode } from 'react';
import { onMac } from '../desk/client.ts';
import { say, type Words } from '../words/say.ts';
import type { Command } from './commands.ts';

const MORE: readonly { keys: string; words: Words }[] = [
  { keys: onMac ? '⌘ K' : 'Ctrl K', words: 'keys.palette' },
  { keys: '/', words: 'keys.filter' },
  { keys: '↑ ↓ j k', words: 'keys.move' },
  { keys: '← →', words: 'keys.fold' },
  { keys: 'x', words: 'keys.select' },
  { keys: 'Enter', words: 'keys.open' },
  { keys: 'Esc', words: 'keys.escape' },
  { keys: 'Ctrl Shift F', words: 'keys.find' },
  { keys: 'Ctrl Shift C', words: 'keys.copy' },
  { keys: 'Ctrl Shift V', words: 'keys.paste' },
  { keys: 'Ctrl Alt', words: 'keys.release' },
  { keys: 'Alt ← →', words: 'keys.column' },
  { keys: 'Alt Shift ← →', words: 'keys.columnWidth' },
];

function Keys({ keys }: { keys: string }): ReactNode {
  return (
    <span className="row" style={{ gap: 4 }}>
      {keys.split(' ').map((key) => (
        <kbd className="key" key={key}>
          {key}
        </kbd>
      ))}
    </span>
  );
}

export function ShortcutsDialog({
  open,
  close,
  commands,
}: {
  open: boolean;
  close(): void;
  commands: readonly Command[];
}): ReactNode {
  const rows = [...MORE, ...commands.flatMap((it) => (it.keys === undefined ? [] : [{ keys: it.keys, words: it.words }]))];
  return (
    <Dialog open={open} onClose={close} maxWidth="md" aria-labelledby="shortcuts-title">
      <DialogTitle id="shortcuts-title">{say('command.shortcuts')}</DialogTitle>
      <DialogContent>
        <dl style={{ columns: 2, columnGap: 40, minWidth: 560 }}>
          {rows.map(({ keys, words }) => (
            <div key={words} className="row" style={{ breakInside: 'avoid', padding: '4px 0' }}>
              <dt className="grow">{say(words)}</dt>
              <dd>
                <Keys keys={keys} />
              </dd>
            </div>
          ))}
        </dl>
      </DialogContent>
    </Dialog>
  );
}
