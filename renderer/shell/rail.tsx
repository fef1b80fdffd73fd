/** The navigation at the left. */
import DnsOutlined from '@mui/icons-material/DnsOutlined';
import InsightsOutlined from '@mui/icons-material/InsightsOutlined';
import LanOutlined from '@mui/icons-material/LanOutlined';
import PaymentsOutlined from '@mui/icons-material/PaymentsOutlined';
import SettingsOutlined from '@mui/icons-material/SettingsOutlined';
import StorageOutlined from '@mui/icons-material/StorageOutlined';
import TaskAltOutlined from '@mui/icons-material/TaskAltOutlined';
import type { ReactNode } from 'react';
import { useTasks } from '../desk/fleet.ts';
import { usePlace } from '../routes.ts';
import { say, type Words } from '../words/say.ts';

const ITEMS: readonly { place: string; words: Words; icon: typeof DnsOutlined; also: readonly string[] }[] = [
  { place: 'machines', words: 'nav.machines', icon: DnsOutlined, also: ['machine', 'instance', 'rent', 'partition', 'new', ''] },
  { place: 'planner', words: 'nav.planner', icon: InsightsOutlined, also: [] },
  { place: 'spend', words: 'nav.spend', icon: PaymentsOutlined, also: [] },
  { place: 'networks', words: 'nav.networks', icon: LanOutlined, also: [] },
  { place: 'storage', words: 'nav.storage', icon: StorageOutlined, also: [] },
  { place: 'tasks', words: 'nav.tasks', icon: TaskAltOutlined, also: [] },
  { place: 'settings', words: 'nav.settings', icon: SettingsOutlined, also: [] },
];

export function Rail(): ReactNode {
  const here = usePlace().path[0] ?? '';
  const running = [...useTasks().values()].filter((task) => task.state === 'running' && task.parent === null).length;
  return (
    <nav className="rail" aria-label={say('nav.title')}>
      {ITEMS.map(({ place, words, icon: Icon, also }) => {
        const active = here === place || also.includes(here);
        return (
          <a
            key={place}
            href={`#/${place}`}
            className={place === 'settings' ? 'last' : undefined}
            aria-current={active ? 'page' : undefined}
          >
            <Icon />
            <span className="rail-word">{say(words)}</span>
            {place === 'tasks' && running > 0 && (
              <span className="rail-count">
                <span aria-hidden="true">{running}</span>
                <span className="unseen">{say('nav.running', { count: running })}</span>
              </span>
            )}
          </a>
        );
      })}
    </nav>
  );
}
