/** The bar at the top: the palette, what it costs at this moment, what happened. */
import DarkModeOutlined from '@mui/icons-material/DarkModeOutlined';
import LightModeOutlined from '@mui/icons-material/LightModeOutlined';
import NotificationsNoneOutlined from '@mui/icons-material/NotificationsNoneOutlined';
import SearchOutlined from '@mui/icons-material/SearchOutlined';
import Badge from '@mui/material/Badge';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import type { ReactNode } from 'react';
import { onMac } from '../desk/client.ts';
import { notices, useInstances, useRate } from '../desk/fleet.ts';
import { useSettings } from '../desk/settings.ts';
import { useStore } from '../desk/store.ts';
import { money } from '../parts/format.ts';
import { Logo } from '../parts/logo.tsx';
import { useDark } from '../theme/look.tsx';
import { say } from '../words/say.ts';

export function Top({ palette, theme, openNotices }: { palette(): void; theme(): void; openNotices(): void }): ReactNode {
  const dark = useDark();
  const rate = useRate();
  const { hoursPerMonth } = useSettings();
  const running = [...useInstances().values()].filter((it) => !['ended', 'failed'].includes(it.state)).length;
  const alarms = useStore(notices).filter((it) => it.level === 'failure' || it.level === 'warning').length;
  return (
    <header className="top">
      <a href="#/machines" className="brand" aria-label="Blanket">
        <Logo />
        <span>Blanket</span>
      </a>
      <button type="button" className="top-search" onClick={palette}>
        <SearchOutlined />
        <span className="cut">{say('top.search')}</span>
        <kbd className="key">{onMac ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      <div className="row top-right">
        <Tooltip
          title={say('top.rateHelp', {
            count: running,
            month: money(rate.perHour * hoursPerMonth, rate.currency, 2),
            since: money(rate.sinceStart, rate.currency),
          })}
        >
          <a href="#/spend" className={rate.alarm ? 'rate alarm' : 'rate'}>
            <b>{money(rate.perHour, rate.currency, 2)}</b>
            <span>/h</span>
          </a>
        </Tooltip>
        <Tooltip title={say('command.theme')}>
          <IconButton onClick={theme} aria-label={say('command.theme')}>
            {dark ? <LightModeOutlined /> : <DarkModeOutlined />}
          </IconButton>
        </Tooltip>
        <Tooltip title={say('command.notices')}>
          <IconButton onClick={openNotices} aria-label={say('command.notices')}>
            <Badge variant="dot" color="error" invisible={alarms === 0}>
              <NotificationsNoneOutlined />
            </Badge>
          </IconButton>
        </Tooltip>
      </div>
    </header>
  );
}
