/** The buttons of one machine: the likely one as an icon, all in a menu, each greyed with its reason. */
import MoreHorizOutlined from '@mui/icons-material/MoreHorizOutlined';
import PauseOutlined from '@mui/icons-material/PauseOutlined';
import PlayArrowOutlined from '@mui/icons-material/PlayArrowOutlined';
import PowerSettingsNewOutlined from '@mui/icons-material/PowerSettingsNewOutlined';
import IconButton from '@mui/material/IconButton';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Tooltip from '@mui/material/Tooltip';
import { type ReactNode, useState } from 'react';
import type { MachineAction } from '../../../core/contract/calls-machines.ts';
import type { Machine } from '../../../core/contract/fleet.ts';
import { call } from '../../desk/client.ts';
import { useSettings } from '../../desk/settings.ts';
import { run } from '../../parts/run.ts';
import { say, sayAny, type Words } from '../../words/say.ts';
import { ACTIONS, may, removeOne } from './actions.ts';
import { AskDialog } from './bulk.tsx';
import { CloneDialog } from './clone.tsx';
import { asksToRemove, RemoveDialog } from './remove.tsx';

const ICONS: readonly { action: MachineAction; icon: ReactNode }[] = [
  { action: 'start', icon: <PlayArrowOutlined /> },
  { action: 'resume', icon: <PlayArrowOutlined /> },
  { action: 'pause', icon: <PauseOutlined /> },
  { action: 'shutdown', icon: <PowerSettingsNewOutlined /> },
];

export function ActionButtons({ machine }: { machine: Machine }): ReactNode {
  const [at, setAt] = useState<HTMLElement>();
  const [asking, setAsking] = useState<MachineAction | 'remove' | 'clone'>();
  const { confirmStop, confirmRemove } = useSettings();
  const act = (action: MachineAction): void => {
    setAsking(undefined);
    run(() => call('machine.act', { machine: machine.id, action }), machine.id);
  };
  const want = (action: MachineAction): void => {
    setAt(undefined);
    if (confirmStop && ACTIONS.find((row) => row.action === action)?.asks === true) setAsking(action);
    else act(action);
  };
  const close = (): void => setAsking(undefined);
  const remove = (): void => {
    close();
    run(() => removeOne(machine), machine.id);
  };
  return (
    <span className="row" style={{ gap: 2 }}>
      {ICONS.filter(({ action }) => may(action, machine.state)).map(({ action, icon }) => (
        <Tooltip key={action} title={say(`action.${action}` as Words)}>
          <IconButton aria-label={say(`action.${action}` as Words)} onClick={() => want(action)}>
            {icon}
          </IconButton>
        </Tooltip>
      ))}
      <Tooltip title={say('action.more')}>
        <IconButton aria-label={say('action.more')} aria-haspopup="menu" onClick={(event) => setAt(event.currentTarget)}>
          <MoreHorizOutlined />
        </IconButton>
      </Tooltip>
      <Menu open={at !== undefined} anchorEl={at ?? null} onClose={() => setAt(undefined)}>
        {ACTIONS.map(({ action }) => {
          const able = may(action, machine.state);
          return (
            <MenuItem
              key={action}
              disabled={!able}
              onClick={() => want(action)}
              title={able ? undefined : say('why.is', { state: sayAny(`state.${machine.state}`).toLowerCase() })}
            >
              {say(`action.${action}` as Words)}
            </MenuItem>
          );
        })}
        <MenuItem
          sx={{ borderTop: '1px solid var(--line)' }}
          onClick={() => {
            setAt(undefined);
            setAsking('clone');
          }}
        >
          {say('action.clone')}
        </MenuItem>
        <MenuItem
          disabled={!['stopped', 'paused', 'template'].includes(machine.state)}
          onClick={() => {
            setAt(undefined);
            run(() => call('machine.template', { machine: machine.id, on: machine.state !== 'template' }));
          }}
        >
          {say(machine.state === 'template' ? 'action.untemplate' : 'action.template')}
        </MenuItem>
        <MenuItem
          sx={{ color: 'var(--failed)' }}
          onClick={() => {
            setAt(undefined);
            if (asksToRemove([machine], confirmRemove)) setAsking('remove');
            else remove();
          }}
        >
          {say('action.remove')}
        </MenuItem>
      </Menu>
      {asking === 'remove' && <RemoveDialog machines={[machine]} close={close} remove={remove} />}
      {asking === 'clone' && <CloneDialog machine={machine} close={close} />}
      {asking !== undefined && asking !== 'remove' && asking !== 'clone' && (
        <AskDialog action={asking} machines={[machine]} act={() => act(asking)} close={close} />
      )}
    </span>
  );
}
