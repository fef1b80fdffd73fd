/** The fields of the planner's form: a choice, a slider, an amount with decimals. */
import Slider from '@mui/material/Slider';
import TextField from '@mui/material/TextField';
import { type ReactNode, useEffect, useState } from 'react';
import { say, type Words } from '../../words/say.ts';

export function Pick<Id extends string>({
  words,
  value,
  options,
  set,
}: {
  words: Words;
  value: Id;
  options: readonly { readonly id: Id; readonly text: string }[];
  set(value: Id): void;
}): ReactNode {
  const choose = (id: string): void => {
    const chosen = options.find((it) => it.id === id);
    if (chosen !== undefined) set(chosen.id);
  };
  return (
    <label className="pick">
      <span>{say(words)}</span>
      <select className="select" value={value} onChange={(event) => choose(event.target.value)}>
        {options.map((it) => (
          <option key={it.id} value={it.id}>
            {it.text}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Slide({
  words,
  value,
  min,
  max,
  unit,
  set,
}: {
  words: Words;
  value: number;
  min: number;
  max: number;
  unit: string;
  set(value: number): void;
}): ReactNode {
  return (
    <div className="slide">
      <span>{say(words)}</span>
      <b>
        {Math.round(value)} {unit}
      </b>
      <Slider value={value} min={min} max={max} onChange={(_event, next) => set(Number(next))} aria-label={say(words)} />
    </div>
  );
}

/** A number that may have decimals, or be left empty where `none` says what that means. */
export function Amount({
  words,
  value,
  min,
  max,
  none,
  set,
}: {
  words: Words;
  value: number | null;
  min: number;
  max: number;
  none?: string;
  set(value: number | null): void;
}): ReactNode {
  const shown = value === null ? '' : String(value);
  const [text, setText] = useState(shown);
  useEffect(() => setText((before) => (before !== '' && Number(before) === value ? before : shown)), [value, shown]);
  const empty = text.trim() === '';
  const number = Number(text);
  const fits = empty ? none !== undefined : Number.isFinite(number) && number >= min && number <= max;
  return (
    <TextField
      label={say(words)}
      type="number"
      value={text}
      error={!fits}
      helperText={fits ? (empty ? none : ' ') : `${min.toLocaleString('en')} – ${max.toLocaleString('en')}`}
      onChange={(event) => {
        setText(event.target.value);
        const typed = event.target.value.trim();
        const next = Number(typed);
        if (typed === '') {
          if (none !== undefined) set(null);
        } else if (Number.isFinite(next) && next >= min && next <= max) set(next);
      }}
      onBlur={() => !fits && setText(shown)}
      slotProps={{ htmlInput: { min, max, step: 'any' } }}
    />
  );
}

/** A part of the form that can be folded; open ones are what most plans need. */
export function Section({ words, open = false, children }: { words: Words; open?: boolean; children: ReactNode }): ReactNode {
  return (
    <details className="plan-section" open={open}>
      <summary>
        <h2>{say(words)}</h2>
      </summary>
      <div className="plan-fields">{children}</div>
    </details>
  );
}
