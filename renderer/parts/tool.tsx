/** A button of a toolbar: an icon with its name as tooltip and for assistive programs. */
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import type { MouseEvent, ReactNode } from 'react';
import { say, type Words } from '../words/say.ts';

export interface ToolProps {
  readonly words: Words;
  readonly icon: ReactNode;
  /** Given: the button stays pressed or not. */
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  act(event: MouseEvent<HTMLElement>): void;
}

export function Tool({ words, icon, pressed, disabled = false, act }: ToolProps): ReactNode {
  return (
    <Tooltip title={say(words)}>
      <span>
        <IconButton
          aria-label={say(words)}
          disabled={disabled}
          onClick={act}
          {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
        >
          {icon}
        </IconButton>
      </span>
    </Tooltip>
  );
}
