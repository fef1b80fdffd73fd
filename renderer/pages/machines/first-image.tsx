/** At the first start: how far the guest image is that everything boots from; where it cannot be made, how to bring one. */
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { useTasks } from '../../desk/fleet.ts';
import { RefusalNote } from '../../parts/refusal.tsx';
import { TaskBar } from '../../parts/task.tsx';
import { go } from '../../routes.ts';
import { say } from '../../words/say.ts';

export function FirstImage(): ReactNode {
  const newest = [...useTasks().values()]
    .filter((task) => task.title === 'task.prepareImage')
    .sort((a, b) => b.startedAt - a.startedAt)[0];
  if (newest?.state === 'running')
    return (
      <div className="stack tight" role="status">
        <span className="second small">{say('first.image')}</span>
        <TaskBar task={newest} />
        <span className="quiet small">{newest.step}</span>
      </div>
    );
  if (newest?.failure == null) return null;
  return (
    <RefusalNote refusal={newest.failure}>
      <span className="small">{say('first.noImage')}</span>
      <Button variant="outlined" onClick={() => go('/storage')}>
        {say('first.bringImage')}
      </Button>
    </RefusalNote>
  );
}
