/** A field for a whole number: can be empty while it is typed, never leaves its bounds. */
import TextField from '@mui/material/TextField';
import { type ReactNode, useEffect, useState } from 'react';

export interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly help?: string;
  readonly disabled?: boolean;
  set(value: number): void;
}

export function NumberField({ label, value, min, max, help = ' ', disabled = false, set }: NumberFieldProps): ReactNode {
  const [text, setText] = useState(String(value));
  useEffect(() => setText((before) => (Number(before) === value && before !== '' ? before : String(value))), [value]);
  const number = Number(text);
  const fits = text.trim() !== '' && Number.isFinite(number) && number >= min && number <= max;
  return (
    <TextField
      label={label}
      type="number"
      value={text}
      error={!fits}
      disabled={disabled}
      helperText={fits ? help : `${min.toLocaleString('en')} – ${max.toLocaleString('en')}`}
      onChange={(event) => {
        setText(event.target.value);
        const next = Math.round(Number(event.target.value));
        if (event.target.value.trim() !== '' && Number.isFinite(next) && next >= min && next <= max) set(next);
      }}
      onBlur={() => !fits && setText(String(value))}
      slotProps={{ htmlInput: { min, max, step: 1 } }}
    />
  );
}
