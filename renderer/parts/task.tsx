/** A task in one line: what it is, how far, how long still. */
import type { ReactNode } from 'react';
import type { Task } from '../../core/contract/tasks.ts';
import { sayAny } from '../words/say.ts';
import { bytes, duration } from './format.ts';
import './task.css';

export const taskTitle = (task: Task): string => sayAny(task.title, task.values);

export function amountOf(task: Task): string {
  if (task.of === 0) return '';
  if (task.measure === 'bytes') return `${bytes(task.done)} of ${bytes(task.of)}`;
  return `${Math.floor(task.done)} of ${task.of}`;
}

/** Seconds still to go, by the pace so far; undefined while that would be a guess. */
export function leftOf(task: Task, now: number): number | undefined {
  const share = task.of === 0 ? 0 : task.done / task.of;
  const spent = (now - task.startedAt) / 1000;
  return share < 0.05 || spent < 2 ? undefined : (spent / share) * (1 - share);
}

export function leftText(task: Task): string {
  const left = leftOf(task, Date.now());
  return left === undefined ? '' : `${duration(left)} left`;
}

export function TaskBar({ task }: { task: Task }): ReactNode {
  const share = task.of === 0 ? undefined : Math.min(1, task.done / task.of);
  return (
    <span
      className="task-bar"
      role="progressbar"
      aria-label={taskTitle(task)}
      aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <span
        className={share === undefined ? 'unknown' : ''}
        style={share === undefined ? undefined : { width: `${share * 100}%` }}
      />
    </span>
  );
}
