/** A field for one of a few, as the platform shows its own lists. */
import TextField from '@mui/material/TextField';
import type { ReactNode } from 'react';

export interface ChoiceFieldProps<T extends string> {
  readonly label: string;
  readonly value: T;
  /** What is chosen, and what a person reads. */
  readonly choices: readonly (readonly [NoInfer<T>, string])[];
  readonly help?: string;
  /** Dots; otherwise as wide as there is room. */
  readonly width?: number;
  readonly autoFocus?: boolean;
  set(value: NoInfer<T>): void;
}

export function ChoiceField<T extends string>({
  label,
  value,
  choices,
  help,
  width,
  autoFocus = false,
  set,
}: ChoiceFieldProps<T>): ReactNode {
  const choose = (text: string): void => {
    const chosen = choices.find(([id]) => id === text);
    if (chosen !== undefined) set(chosen[0]);
  };
  return (
    <TextField
      select
      autoFocus={autoFocus}
      label={label}
      value={value}
      onChange={(event) => choose(event.target.value)}
      helperText={help}
      sx={width === undefined ? {} : { width }}
      slotProps={{ select: { native: true }, inputLabel: { shrink: true } }}
    >
      {choices.map(([id, text]) => (
        <option key={id} value={id}>
          {text}
        </option>
      ))}
    </TextField>
  );
}

/** Of things that have a name: what is sent is the id, or the name itself. */
export const byId = (rows: readonly { id: string; name: string }[]): [string, string][] => rows.map((row) => [row.id, row.name]);
export const byName = (rows: readonly { name: string }[]): [string, string][] => rows.map((row) => [row.name, row.name]);
