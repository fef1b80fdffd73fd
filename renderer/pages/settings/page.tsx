/** Preferences made from their table, searchable; and the processes, the version, the diagnostics. */

import SearchOutlined from '@mui/icons-material/SearchOutlined';
import Button from '@mui/material/Button';
import InputAdornment from '@mui/material/InputAdornment';
import Switch from '@mui/material/Switch';
import TextField from '@mui/material/TextField';
import { type ReactNode, useState } from 'react';
import { SETTINGS, type Section, type Setting, type SettingName, type Settings } from '../../../core/contract/settings.ts';
import { call } from '../../desk/client.ts';
import { useInstances, useProcesses } from '../../desk/fleet.ts';
import { useRead } from '../../desk/queries.ts';
import { changeSettings, settingsNotice, useSettings } from '../../desk/settings.ts';
import { useStore } from '../../desk/store.ts';
import { dayClock } from '../../parts/format.ts';
import { NumberField } from '../../parts/number-field.tsx';
import { run } from '../../parts/run.ts';
import { setQuery, usePlace } from '../../routes.ts';
import { say, sayAny, type Words } from '../../words/say.ts';
import './settings.css';

const SECTIONS: readonly (Section | 'processes' | 'about')[] = [
  'look',
  'machines',
  'console',
  'safety',
  'spend',
  'processes',
  'about',
];

export function SettingsPage(): ReactNode {
  const [wanted, setWanted] = useState('');
  const notice = useStore(settingsNotice);
  const chosen = usePlace().query.get('section') ?? 'look';
  const searching = wanted.trim() !== '';
  const hits = SETTINGS.filter((row) => {
    const text = `${sayAny(`setting.${row.name}`)} ${sayAny(`setting.${row.name}Help`)}`.toLowerCase();
    return searching ? text.includes(wanted.trim().toLowerCase()) : row.section === chosen;
  });
  return (
    <>
      <div className="page-head">
        <h1 className="grow">{say('nav.settings')}</h1>
        <TextField
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
          placeholder={say('settings.find')}
          sx={{ width: 280 }}
          slotProps={{
            htmlInput: { 'aria-label': say('settings.find') },
            input: {
              startAdornment: (
                <InputAdornment position="start">
                  <SearchOutlined />
                </InputAdornment>
              ),
            },
          }}
        />
      </div>
      <div className="page-body settings">
        <nav aria-label={say('settings.sections')}>
          {SECTIONS.map((section) => (
            <button
              key={section}
              type="button"
              aria-current={!searching && section === chosen ? 'true' : undefined}
              onClick={() => {
                setWanted('');
                setQuery('section', section);
              }}
            >
              {say(`section.${section}` as Words)}
            </button>
          ))}
        </nav>
        <div className="stack settings-main">
          {notice !== '' && <p className="warning small">{say('settings.damaged', { file: notice })}</p>}
          {hits.length > 0 && (
            <section className="card flush">
              {hits.map((row) => (
                <SettingRow key={row.name} row={row} />
              ))}
            </section>
          )}
          {searching && hits.length === 0 && <p className="quiet">{say('settings.none')}</p>}
          {!searching && chosen === 'processes' && <Processes />}
          {!searching && chosen === 'about' && <About />}
        </div>
      </div>
    </>
  );
}

function SettingRow({ row }: { row: Setting }): ReactNode {
  const settings = useSettings();
  const id = `setting-${row.name}`;
  const set = (value: Settings[SettingName]): void => run(() => changeSettings({ [row.name]: value } as Partial<Settings>));
  const label = sayAny(`setting.${row.name}`);
  return (
    <div className="setting">
      <div className="grow">
        <label htmlFor={id}>{label}</label>
        <p className="quiet small">{sayAny(`setting.${row.name}Help`)}</p>
      </div>
      {row.kind === 'switch' && (
        <Switch checked={settings[row.name] as boolean} onChange={(_event, on) => set(on)} slotProps={{ input: { id } }} />
      )}
      {row.kind === 'choice' && (
        <select
          id={id}
          className="select setting-choice"
          value={settings[row.name] as string}
          onChange={(event) => set(event.target.value as Settings[SettingName])}
        >
          {row.choices.map((choice) => (
            <option key={choice} value={choice}>
              {sayAny(`choice.${choice}`)}
            </option>
          ))}
        </select>
      )}
      {row.kind === 'number' && (
        <div style={{ width: 130 }}>
          <NumberField label={row.unit} value={settings[row.name] as number} min={row.min} max={row.max} set={set} />
        </div>
      )}
    </div>
  );
}

function Processes(): ReactNode {
  const instances = useInstances();
  const rows = [...useProcesses().values()].filter((it) => it.state !== 'stopped');
  return (
    <section className="card flush">
      <table className="plain">
        <thead>
          <tr>
            <th>{say('process.what')}</th>
            <th>{say('column.state')}</th>
            <th className="number">{say('process.pid')}</th>
            <th className="number">{say('process.restarts')}</th>
            <th>{say('process.since')}</th>
            <td aria-hidden="true" />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td>
                {say(`process.${row.kind}` as Words, { name: instances.get(row.unit ?? '')?.name ?? row.unit ?? '' })}{' '}
                <code className="quiet">{row.id}</code>
              </td>
              <td className={row.state === 'running' || row.state === 'starting' ? '' : 'warn'}>
                {say(`process.${row.state}` as Words)}
                {row.reason !== '' && <span className="quiet"> ({row.reason})</span>}
              </td>
              <td className="number">{row.pid ?? '–'}</td>
              <td className="number">{row.restarts}</td>
              <td className="quiet">{dayClock(row.since)}</td>
              <td className="number">
                <Button onClick={() => run(() => call('process.restart', { id: row.id }))}>{say('process.restart')}</Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function About(): ReactNode {
  const { value } = useRead('app.about', {});
  return (
    <section className="card stack">
      <dl className="facts">
        <dt>Blanket</dt>
        <dd>{value?.version}</dd>
        <dt>Electron</dt>
        <dd>{value?.electron}</dd>
        <dt>Chromium</dt>
        <dd>{value?.chromium}</dd>
        <dt>Node</dt>
        <dd>{value?.node}</dd>
        <dt>{say('about.platform')}</dt>
        <dd>{value?.platform}</dd>
        <dt>{say('about.data')}</dt>
        <dd>
          <code>{value?.dataFolder}</code>
        </dd>
      </dl>
      <div className="row">
        <Button variant="outlined" onClick={() => run(() => call('diagnostics.collect', {}))}>
          {say('command.diagnostics')}
        </Button>
      </div>
      <p className="quiet small">{say('about.diagnostics')}</p>
    </section>
  );
}
