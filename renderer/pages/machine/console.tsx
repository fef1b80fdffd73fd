/** The console of a machine, or of an instance's own kernel, with its tools. */

import ContentCopyOutlined from '@mui/icons-material/ContentCopyOutlined';
import ContentPasteOutlined from '@mui/icons-material/ContentPasteOutlined';
import DownloadOutlined from '@mui/icons-material/DownloadOutlined';
import FullscreenExitOutlined from '@mui/icons-material/FullscreenExitOutlined';
import FullscreenOutlined from '@mui/icons-material/FullscreenOutlined';
import KeyboardOutlined from '@mui/icons-material/KeyboardOutlined';
import OpenInNewOutlined from '@mui/icons-material/OpenInNewOutlined';
import RecordVoiceOverOutlined from '@mui/icons-material/RecordVoiceOverOutlined';
import SearchOutlined from '@mui/icons-material/SearchOutlined';
import TextDecreaseOutlined from '@mui/icons-material/TextDecreaseOutlined';
import TextIncreaseOutlined from '@mui/icons-material/TextIncreaseOutlined';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { type ReactNode, useRef, useState } from 'react';
import { call } from '../../desk/client.ts';
import { changeSettings, useSettings } from '../../desk/settings.ts';
import { run } from '../../parts/run.ts';
import { type Link, SerialConsole, type TerminalHandle } from '../../parts/terminal.tsx';
import { Tool } from '../../parts/tool.tsx';
import { usePlace } from '../../routes.ts';
import { say, type Words } from '../../words/say.ts';

/** Keys that a window or a system would keep for itself. */
const KEYS: readonly { name: string; send: string }[] = [
  { name: 'Ctrl C', send: '\u0003' },
  { name: 'Ctrl D', send: '\u0004' },
  { name: 'Ctrl Z', send: '\u001a' },
  { name: 'Ctrl \\', send: '\u001c' },
  { name: 'Ctrl A', send: '\u0001' },
  { name: 'Esc', send: '\u001b' },
  { name: 'Tab', send: '\t' },
  { name: 'Ctrl ]', send: '\u001d' },
  { name: 'Ctrl K', send: '\u000b' },
];

/** The field has the focus as soon as it is there. */
const focusNow = (field: HTMLInputElement | null): void => field?.focus();

export interface ConsoleProps {
  readonly unit: string;
  readonly name: string;
  readonly line: 'serial' | 'boot';
}

export function ConsoleView({ unit, name, line }: ConsoleProps): ReactNode {
  const terminal = useRef<TerminalHandle>(null);
  const bar = useRef<HTMLDivElement>(null);
  const alone = usePlace().query.has('alone');
  const [link, setLink] = useState<Link>('connecting');
  const [finding, setFinding] = useState(false);
  const [wanted, setWanted] = useState('');
  const [found, setFound] = useState(true);
  const [at, setAt] = useState<HTMLElement>();
  const [full, setFull] = useState(false);
  const { consoleFontSize, screenReader } = useSettings();
  const size = (by: number): void =>
    run(() => changeSettings({ consoleFontSize: Math.max(9, Math.min(24, consoleFontSize + by)) }));
  const find = (text: string, back: boolean): void => setFound(text === '' || (terminal.current?.find(text, back) ?? false));
  const save = (): void =>
    run(() =>
      call('file.export', {
        name: `console-${name}`,
        kind: 'txt',
        bytes: new TextEncoder().encode(terminal.current?.text() ?? ''),
      }),
    );
  return (
    <section className={full ? 'console full' : 'console'} aria-label={say('console.title', { name })}>
      <div ref={bar} className="console-bar" role="toolbar" aria-label={say('console.tools')}>
        <span className={link === 'lost' ? 'link-state lost' : 'link-state'} role="status">
          {say(`console.${link}` as Words)}
        </span>
        <span className="grow" />
        {finding && (
          <span className="console-find">
            {!found && <span className="warn small">{say('console.notFound')}</span>}
            <input
              ref={focusNow}
              value={wanted}
              aria-label={say('console.find')}
              placeholder={say('console.find')}
              onChange={(event) => {
                setWanted(event.target.value);
                find(event.target.value, false);
              }}
              onKeyDown={(event) => {
                if (event.key === 'Enter') find(wanted, event.shiftKey);
                else if (event.key === 'Escape') {
                  setFinding(false);
                  terminal.current?.focus();
                }
              }}
            />
          </span>
        )}
        <Tool words="console.find" icon={<SearchOutlined />} pressed={finding} act={() => setFinding((before) => !before)} />
        <Tool
          words="console.copy"
          icon={<ContentCopyOutlined />}
          act={() => run(() => navigator.clipboard.writeText(terminal.current?.selection() ?? ''))}
        />
        <Tool
          words="console.paste"
          icon={<ContentPasteOutlined />}
          act={() => run(async () => terminal.current?.paste(await navigator.clipboard.readText()))}
        />
        <Tool words="console.keys" icon={<KeyboardOutlined />} act={(event) => setAt(event.currentTarget)} />
        <Tool words="console.smaller" icon={<TextDecreaseOutlined />} act={() => size(-1)} />
        <Tool words="console.larger" icon={<TextIncreaseOutlined />} act={() => size(1)} />
        <Tool
          words="console.reader"
          icon={<RecordVoiceOverOutlined />}
          pressed={screenReader}
          act={() => run(() => changeSettings({ screenReader: !screenReader }))}
        />
        <Tool words="console.export" icon={<DownloadOutlined />} act={save} />
        {!alone && (
          <Tool
            words="panel.popOut"
            icon={<OpenInNewOutlined />}
            act={() =>
              run(() =>
                call('window.open', { place: line === 'serial' ? `/machine/${unit}/console` : `/instance/${unit}/console` }),
              )
            }
          />
        )}
        <Tool
          words={full ? 'screen.leaveFull' : 'console.full'}
          icon={full ? <FullscreenExitOutlined /> : <FullscreenOutlined />}
          act={() => {
            run(() => call('window.fullscreen', { on: !full }));
            setFull(!full);
            terminal.current?.focus();
          }}
        />
        <Menu open={at !== undefined} anchorEl={at ?? null} onClose={() => setAt(undefined)}>
          {KEYS.map(({ name: key, send }) => (
            <MenuItem
              key={key}
              onClick={() => {
                setAt(undefined);
                terminal.current?.send(send);
              }}
            >
              {key.split(' ').map((part) => (
                <kbd className="key" key={part}>
                  {part}
                </kbd>
              ))}
            </MenuItem>
          ))}
        </Menu>
      </div>
      <SerialConsole
        unit={unit}
        line={line}
        label={say('console.title', { name })}
        handle={terminal}
        onLink={setLink}
        onFind={() => setFinding(true)}
        onRelease={() => bar.current?.querySelector('button')?.focus()}
      />
    </section>
  );
}
