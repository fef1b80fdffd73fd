/** The graphical console of a machine with its tools. */
import AspectRatioOutlined from '@mui/icons-material/AspectRatioOutlined';
import CheckOutlined from '@mui/icons-material/CheckOutlined';
import ContentPasteOutlined from '@mui/icons-material/ContentPasteOutlined';
import FullscreenExitOutlined from '@mui/icons-material/FullscreenExitOutlined';
import FullscreenOutlined from '@mui/icons-material/FullscreenOutlined';
import KeyboardOutlined from '@mui/icons-material/KeyboardOutlined';
import LanguageOutlined from '@mui/icons-material/LanguageOutlined';
import OpenInNewOutlined from '@mui/icons-material/OpenInNewOutlined';
import PhotoCameraOutlined from '@mui/icons-material/PhotoCameraOutlined';
import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { type ReactNode, useRef, useState } from 'react';
import { call } from '../../desk/client.ts';
import { note } from '../../desk/fleet.ts';
import { useSettings } from '../../desk/settings.ts';
import { useKept } from '../../desk/view.ts';
import { LAYOUTS, type LayoutId } from '../../keyboard/layouts.table.ts';
import { run } from '../../parts/run.ts';
import type { Link } from '../../parts/terminal.tsx';
import { Tool } from '../../parts/tool.tsx';
import { usePlace } from '../../routes.ts';
import { type Scaling, ScreenCanvas, type ScreenHandle } from '../../screen/canvas.tsx';
import { CHORDS, HELD } from '../../screen/keys.table.ts';
import type { GuestKeyboard } from '../../screen/keys.ts';
import type { ScreenSize } from '../../screen/link.ts';
import { say, type Words } from '../../words/say.ts';

const SCALINGS: readonly Scaling[] = ['fit', 'whole', 'one'];
const WAYS: readonly GuestKeyboard['by'][] = ['position', 'letter'];
type MenuName = 'keys' | 'layout' | 'scaling';

export interface ScreenProps {
  readonly unit: string;
  readonly name: string;
  /** Whose page the screen is on. */
  readonly place: 'machine' | 'instance';
}

export function ScreenView({ unit, name, place }: ScreenProps): ReactNode {
  const screen = useRef<ScreenHandle>(null);
  const bar = useRef<HTMLDivElement>(null);
  const alone = usePlace().query.has('alone');
  const { guestLayout, guestKeys, screenScaling } = useSettings();
  const [kept, keep] = useKept(`screen.${unit}`, { layout: guestLayout, by: guestKeys, scaling: screenScaling });
  const layout: LayoutId = kept.layout;
  const [link, setLink] = useState<Link>('connecting');
  const [size, setSize] = useState<ScreenSize>({ width: 0, height: 0 });
  const [menu, setMenu] = useState<{ name: MenuName; at: HTMLElement }>();
  const [full, setFull] = useState(false);
  const [held, setHeld] = useState<readonly string[]>([]);
  const [pasting, setPasting] = useState<{ done: number; of: number }>();
  const stop = useRef(false);

  const close = (then?: () => void): void => {
    setMenu(undefined);
    then?.();
  };
  /** A menu gives the keyboard back to the guest, not to its button. */
  const back = { disableRestoreFocus: true, slotProps: { transition: { onExited: () => screen.current?.focus() } } };
  const paste = async (): Promise<void> => {
    const text = await navigator.clipboard.readText();
    stop.current = false;
    setPasting({ done: 0, of: text.length });
    const missing = await screen.current?.keys.paste(text, layout, (done, of) => {
      setPasting({ done, of });
      return !stop.current;
    });
    setPasting(undefined);
    if (missing !== undefined && missing.length > 0)
      note({ level: 'warning', unit, words: 'notice.notTyped', values: { letters: missing.join(' ') }, refusal: null });
    screen.current?.focus();
  };
  const picture = async (): Promise<void> => {
    const blob = await screen.current?.picture();
    if (blob === null || blob === undefined) return;
    await call('file.export', { name: `screen-${name}`, kind: 'png', bytes: new Uint8Array(await blob.arrayBuffer()) });
  };
  const setWholeScreen = (on: boolean): void => {
    setFull(on);
    run(() => call('window.fullscreen', { on }));
    screen.current?.focus();
  };
  const open = (which: MenuName) => (event: React.MouseEvent<HTMLElement>) => setMenu({ name: which, at: event.currentTarget });
  return (
    <section className={full ? 'console full' : 'console'} aria-label={say('screen.title', { name })}>
      <div ref={bar} className="console-bar" role="toolbar" aria-label={say('screen.tools')} tabIndex={-1}>
        <span className={link === 'lost' ? 'link-state lost' : 'link-state'} role="status">
          {say(`console.${link}` as Words)}
        </span>
        {size.width > 0 && <span className="quiet small">{say('screen.size', { width: size.width, height: size.height })}</span>}
        <span className="grow" />
        {pasting !== undefined && (
          <span className="screen-paste" role="status">
            {say('screen.pasting', pasting)}
            <Button
              onClick={() => {
                stop.current = true;
              }}
            >
              {say('word.cancel')}
            </Button>
          </span>
        )}
        <ToggleButtonGroup
          value={held}
          aria-label={say('screen.hold')}
          onChange={(_event, next: string[]) => {
            for (const { code } of HELD) if (next.includes(code) !== held.includes(code)) screen.current?.keys.hold(code);
            setHeld(next);
          }}
        >
          {HELD.map((key) => (
            <ToggleButton
              key={key.code}
              value={key.code}
              aria-label={say(key.words)}
              onMouseDown={(event) => event.preventDefault()}
            >
              {key.name}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        <Tool words="console.keys" icon={<KeyboardOutlined />} act={open('keys')} />
        <Tool words="screen.layout" icon={<LanguageOutlined />} act={open('layout')} />
        <Tool words="screen.paste" icon={<ContentPasteOutlined />} disabled={pasting !== undefined} act={() => run(paste)} />
        <Tool words="screen.picture" icon={<PhotoCameraOutlined />} act={() => run(picture)} />
        <Tool words="screen.scaling" icon={<AspectRatioOutlined />} act={open('scaling')} />
        {!alone && (
          <Tool
            words="panel.popOut"
            icon={<OpenInNewOutlined />}
            act={() => run(() => call('window.open', { place: `/${place}/${unit}/screen` }))}
          />
        )}
        <Tool
          words={full ? 'screen.leaveFull' : 'console.full'}
          icon={full ? <FullscreenExitOutlined /> : <FullscreenOutlined />}
          act={() => setWholeScreen(!full)}
        />
      </div>
      <ScreenCanvas
        unit={unit}
        label={say('screen.title', { name })}
        scaling={kept.scaling}
        keyboard={{ layout, by: kept.by }}
        handle={screen}
        onLink={setLink}
        onSize={setSize}
        onRelease={() => {
          setHeld([]);
          bar.current?.querySelector<HTMLElement>('button:not([disabled])')?.focus();
        }}
      />
      <Menu open={menu?.name === 'keys'} anchorEl={menu?.at ?? null} onClose={() => close()} {...back}>
        {CHORDS.map((chord) => (
          <MenuItem key={chord.name} onClick={() => close(() => screen.current?.keys.chord(chord.codes))}>
            {chord.name.split(' ').map((part) => (
              <kbd className="key" key={part}>
                {part}
              </kbd>
            ))}
          </MenuItem>
        ))}
      </Menu>
      <Menu open={menu?.name === 'layout'} anchorEl={menu?.at ?? null} onClose={() => close()} {...back}>
        {LAYOUTS.map((row) => (
          <Choice key={row.id} chosen={row.id === layout} text={row.name} choose={() => close(() => keep({ layout: row.id }))} />
        ))}
        <Divider />
        {WAYS.map((by) => (
          <Choice
            key={by}
            chosen={by === kept.by}
            text={say(`screen.by.${by}` as Words)}
            choose={() => close(() => keep({ by }))}
          />
        ))}
      </Menu>
      <Menu open={menu?.name === 'scaling'} anchorEl={menu?.at ?? null} onClose={() => close()} {...back}>
        {SCALINGS.map((scaling) => (
          <Choice
            key={scaling}
            chosen={scaling === kept.scaling}
            text={say(`screen.scale.${scaling}` as Words)}
            choose={() => close(() => keep({ scaling }))}
          />
        ))}
      </Menu>
    </section>
  );
}

function Choice({ chosen, text, choose }: { chosen: boolean; text: string; choose(): void }): ReactNode {
  return (
    <MenuItem role="menuitemradio" aria-checked={chosen} onClick={choose}>
      <CheckOutlined style={{ visibility: chosen ? 'visible' : 'hidden' }} />
      {text}
    </MenuItem>
  );
}
