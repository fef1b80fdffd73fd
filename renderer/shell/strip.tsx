/** The line at the bottom: the work that runs, and whether all processes are well. */
import type { ReactNode } from 'react';
import { useInstances, useMachines, useProcesses, useTasks } from '../desk/fleet.ts';
import { TaskBar, taskTitle } from '../parts/task.tsx';
import { say } from '../words/say.ts';

export function Strip(): ReactNode {
  const running = [...useTasks().values()].filter((task) => task.state === 'running' && task.parent === null);
  const processes = [...useProcesses().values()].filter((it) => it.state !== 'stopped');
  const ill = processes.filter((it) => !['running', 'starting'].includes(it.state));
  const machines = useMachines();
  const instances = useInstances();
  const awake = [...machines.values()].filter((it) => it.state === 'running').length;
  const first = running[0];
  return (
    <footer className="strip">
      <div className="row strip-task" role="status">
        {first !== undefined ? (
          <a href="#/tasks" className="row">
            <span className="cut">
              {taskTitle(first)}
              {first.step !== '' && <span className="quiet"> · {first.step}</span>}
            </span>
            <TaskBar task={first} />
            {running.length > 1 && <span className="quiet">{say('strip.more', { count: running.length - 1 })}</span>}
          </a>
        ) : (
          <span className="quiet">{say('strip.quiet')}</span>
        )}
      </div>
      <span className="quiet">{say('strip.counts', { instances: instances.size, machines: machines.size, running: awake })}</span>
      {ill.length > 0 ? (
        <a href="#/settings?section=processes" className="strip-ill">
          {say('strip.ill', { count: ill.length })}
        </a>
      ) : (
        <span className="quiet strip-well">{say('strip.well', { count: processes.length })}</span>
      )}
    </footer>
  );
}
