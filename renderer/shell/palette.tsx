/** The command palette: machines, instances and commands by a few letters. */
import Dialog from '@mui/material/Dialog';
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import { useInstances, useMachines } from '../desk/fleet.ts';
import { StateMark } from '../parts/state.tsx';
import { go } from '../routes.ts';
import { say, type Words } from '../words/say.ts';
import type { Command } from './commands.ts';
import './palette.css';

interface Hit {
  readonly id: string;
  readonly text: string;
  readonly hint: string;
  readonly state?: string;
  readonly keys?: string;
  run(): void;
}

const MOST = 12;
/** The field has the focus as soon as it is there. */
const focusNow = (field: HTMLInputElement | null): void => field?.focus();

/** Higher is better; 0 is no match. Letters in order, a start of a word counts more. */
export function matchScore(text: string, wanted: string): number {
  if (wanted === '') return 1;
  const low = text.toLowerCase();
  const at = low.indexOf(wanted);
  if (at === 0) return 100;
  if (at > 0) return low[at - 1] === ' ' || low[at - 1] === '-' ? 80 : 60;
  let from = 0;
  for (const letter of wanted) {
    from = low.indexOf(letter, from) + 1;
    if (from === 0) return 0;
  }
  return 20;
}

export function Palette({ open, close, commands }: { open: boolean; close(): void; commands: readonly Command[] }): ReactNode {
  return (
    <Dialog
      open={open}
      onClose={close}
      slotProps={{ paper: { className: 'palette', 'aria-label': say('palette.title') } }}
      aria-label={say('palette.title')}
    >
      {open && <PaletteBody close={close} commands={commands} />}
    </Dialog>
  );
}

function PaletteBody({ close, commands }: { close(): void; commands: readonly Command[] }): ReactNode {
  const [wanted, setWanted] = useState('');
  const [chosen, setChosen] = useState(0);
  const machines = useMachines();
  const instances = useInstances();
  const list = useRef<HTMLDivElement>(null);
  const hits = useMemo(() => {
    const all: Hit[] = [
      ...commands.map(
        (it): Hit => ({
          id: `command-${it.id}`,
          text: say(it.words),
          hint: say(`palette.${it.section}` as Words),
          run: it.run,
          ...(it.keys === undefined ? {} : { keys: it.keys }),
        }),
      ),
      ...[...machines.values()].map(
        (it): Hit => ({
          id: it.id,
          text: it.name,
          hint: `${say('word.machine')} · ${instances.get(it.instance)?.name ?? it.instance}`,
          state: it.state,
          run: () => go(`/machine/${it.id}/console`),
        }),
      ),
      ...[...instances.values()].map(
        (it): Hit => ({
          id: it.id,
          text: it.name,
          hint: `${say('word.instance')} · ${it.type}`,
          state: it.state,
          run: () => go(`/instance/${it.id}/overview`),
        }),
      ),
    ];
    const low = wanted.trim().toLowerCase();
    return all
      .map((hit) => ({ hit, score: matchScore(hit.text, low) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, MOST)
      .map(({ hit }) => hit);
  }, [wanted, commands, machines, instances]);
  const current = Math.min(chosen, hits.length - 1);
  const take = (hit: Hit | undefined): void => {
    if (hit === undefined) return;
    close();
    hit.run();
  };
  const press = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = (current + step + hits.length) % Math.max(1, hits.length);
      setChosen(next);
      list.current?.children[next]?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') take(hits[current]);
  };
  return (
    <>
      <input
        ref={focusNow}
        className="palette-input"
        value={wanted}
        placeholder={say('palette.placeholder')}
        aria-label={say('palette.placeholder')}
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={hits[current] === undefined ? undefined : `hit-${hits[current].id}`}
        onChange={(event) => {
          setWanted(event.target.value);
          setChosen(0);
        }}
        onKeyDown={press}
      />
      <div className="palette-list" id="palette-list" role="listbox" tabIndex={-1} ref={list} aria-label={say('palette.title')}>
        {hits.map((hit, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above has the keys
          <div
            role="option"
            tabIndex={-1}
            key={hit.id}
            id={`hit-${hit.id}`}
            aria-selected={index === current}
            onMouseMove={() => setChosen(index)}
            onClick={() => take(hit)}
          >
            {hit.state === undefined ? <span className="palette-dot" /> : <StateMark state={hit.state} />}
            <span className="cut grow">{hit.text}</span>
            <span className="quiet tiny cut">{hit.hint}</span>
            {hit.keys?.split(' ').map((key) => (
              <kbd className="key" key={key}>
                {key}
              </kbd>
            ))}
          </div>
        ))}
      </div>
      {hits.length === 0 && <p className="palette-none">{say('palette.none')}</p>}
    </>
  );
}
