/** Before the cut: laying the Blanket, with what it does and its two switches. */
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Instance } from '../../../core/contract/fleet.ts';
import type { RefusalShape, Task } from '../../../core/contract/tasks.ts';
import { call, refusalOf } from '../../desk/client.ts';
import { useTasks } from '../../desk/fleet.ts';
import { RefusalNote } from '../../parts/refusal.tsx';
import { TaskBar } from '../../parts/task.tsx';
import { usePlace } from '../../routes.ts';
import { say } from '../../words/say.ts';
import { Layers } from './layers.tsx';

export function LayForm({ instance }: { instance: Instance }): ReactNode {
  const { query } = usePlace();
  const [globalPages, setGlobalPages] = useState(false);
  const [perCpuUpcalls, setPerCpuUpcalls] = useState(true);
  const [refusal, setRefusal] = useState<RefusalShape>();
  const tasks = [...useTasks().values()].filter((it) => it.unit === instance.id);
  const running = tasks.find((it) => it.state === 'running');
  const failed = running === undefined ? newest(tasks.filter((it) => it.state === 'failed')) : undefined;
  const ready = instance.state === 'ready';
  const trying = useRef(query.has('try'));
  const lay = (): void => {
    setRefusal(undefined);
    call('blanket.lay', { instance: instance.id, globalPages, perCpuUpcalls }).catch((thrown: unknown) =>
      setRefusal(refusalOf(thrown)),
    );
  };
  useEffect(() => {
    if (!ready || !trying.current) return;
    trying.current = false;
    call('blanket.lay', { instance: instance.id, globalPages: false, perCpuUpcalls: true }).catch((thrown: unknown) =>
      setRefusal(refusalOf(thrown)),
    );
  }, [ready, instance.id]);
  return (
    <div className="page-body wizard">
      <div className="wizard-main">
        <section className="card">
          <h2>{say('lay.what')}</h2>
          <p className="second" style={{ margin: '6px 0 16px', maxWidth: 640 }}>
            {say('lay.whatText')}
          </p>
          <Layers flavour={instance.flavour} laid={instance.state === 'blanket'} laying={instance.state === 'laying'} />
        </section>
        <section className="card stack">
          <h2>{say('lay.options')}</h2>
          <div>
            <FormControlLabel
              control={<Checkbox checked={!globalPages} onChange={(_event, on) => setGlobalPages(!on)} />}
              label={say('lay.noGlobal')}
            />
            <p className="quiet small option-help">{say('lay.noGlobalHelp')}</p>
          </div>
          <div>
            <FormControlLabel
              control={<Checkbox checked={perCpuUpcalls} onChange={(_event, on) => setPerCpuUpcalls(on)} />}
              label={say('lay.upcalls')}
            />
            <p className="quiet small option-help">{say('lay.upcallsHelp')}</p>
          </div>
        </section>
      </div>
      <aside className="card summary">
        <h2>{instance.name}</h2>
        {running !== undefined ? (
          <div className="stack tight" role="status">
            <b>{say(instance.state === 'laying' ? 'lay.laying' : 'lay.starting')}</b>
            <span className="second">{running.step}</span>
            <TaskBar task={running} />
            {running.cancellable && (
              <Button variant="outlined" onClick={() => void call('task.cancel', { task: running.id })}>
                {say('word.cancel')}
              </Button>
            )}
          </div>
        ) : (
          <p className="second">{say(ready ? 'lay.ready' : 'lay.notReady')}</p>
        )}
        <Button variant="contained" size="medium" disabled={!ready || running !== undefined} onClick={lay}>
          {say('lay.go')}
        </Button>
        {refusal !== undefined && <RefusalNote refusal={refusal} />}
        {failed?.failure != null && <RefusalNote refusal={failed.failure} />}
      </aside>
    </div>
  );
}

const newest = (tasks: Task[]): Task | undefined => tasks.sort((a, b) => b.startedAt - a.startedAt)[0];
