/** A dialog that asks before something is done: title, what is asked, a way back, and the deed. */
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { type ReactNode, useId } from 'react';
import { say } from '../words/say.ts';

interface Props {
  readonly open?: boolean;
  readonly title: string;
  /** Dots; a text alone takes what it needs. */
  readonly width?: number;
  /** The words of the deed. */
  readonly go: string;
  /** It cannot be undone. */
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly children: ReactNode;
  act(): void;
  close(): void;
}

export function AskDialog({
  open = true,
  title,
  width,
  go,
  danger = false,
  disabled = false,
  children,
  act,
  close,
}: Props): ReactNode {
  const id = useId();
  return (
    <Dialog open={open} onClose={close} aria-labelledby={id}>
      <DialogTitle id={id}>{title}</DialogTitle>
      <DialogContent className={width === undefined ? 'second' : 'stack'} sx={width === undefined ? {} : { width }}>
        {children}
      </DialogContent>
      <DialogActions>
        <Button onClick={close}>{say('word.cancel')}</Button>
        <Button variant="contained" color={danger ? 'error' : 'primary'} disabled={disabled} onClick={act}>
          {go}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
