/** Plans that were given a name: kept with the window's other memories, opened again, forgotten; and plans from files. */
import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { type ReactNode, useState } from 'react';
import type { PlanScenario } from '../../../core/contract/plan-scenario.ts';
import { call } from '../../desk/client.ts';
import { run } from '../../parts/run.ts';
import { say } from '../../words/say.ts';
import { usePlansKept } from './kept.ts';

interface Props {
  readonly draft: PlanScenario;
  show(draft: PlanScenario): void;
}

export function SavedPlans({ draft, show }: Props): ReactNode {
  const [at, setAt] = useState<HTMLElement>();
  const [saved, keep] = usePlansKept('planner.saved');
  const close = (): void => setAt(undefined);
  const others = saved.filter((it) => it.name !== draft.name);
  const open = (): void => {
    close();
    run(async () => {
      const { path } = await call('file.choose', { kind: 'plan' });
      if (path !== null) show((await call('plan.open', { path })).scenario);
    });
  };
  return (
    <>
      <Button variant="outlined" onClick={(event) => setAt(event.currentTarget)} aria-haspopup="menu">
        {say('plan.plans')}
      </Button>
      <Menu open={at !== undefined} anchorEl={at ?? null} onClose={close}>
        <MenuItem
          onClick={() => {
            close();
            keep([...others, draft]);
          }}
        >
          {say('plan.saveAs', { name: draft.name ?? '' })}
        </MenuItem>
        <MenuItem onClick={open}>{say('plan.openFile')}</MenuItem>
        {saved.length > 0 && <Divider />}
        {saved.map((it) => (
          <MenuItem
            key={it.name}
            onClick={() => {
              close();
              show(it);
            }}
          >
            {it.name}
          </MenuItem>
        ))}
        {saved.some((it) => it.name === draft.name) && <Divider />}
        {saved.some((it) => it.name === draft.name) && (
          <MenuItem
            onClick={() => {
              close();
              keep(others);
            }}
          >
            {say('plan.forget', { name: draft.name ?? '' })}
          </MenuItem>
        )}
      </Menu>
    </>
  );
}
