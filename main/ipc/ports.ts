/** Hands one end of a channel to a process and the other to a window, and never sees what runs through. */
import { randomUUID } from 'node:crypto';
import { MessageChannelMain } from 'electron';
import { instanceOf } from '../../core/contract/shapes.ts';
import type { StreamOpen } from '../../core/contract/streams.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { Windows } from '../windows/windows.ts';

/** @returns the id under which the port reaches the page, or undefined when the process is not there */
export function openStream(open: StreamOpen, contents: number, supervisor: Supervisor, windows: Windows): string | undefined {
  const window = windows.byContents(contents);
  const process = `world:${instanceOf(open.kind === 'readings' ? open.instance : open.unit)}`;
  if (window === undefined || !supervisor.has(process)) return undefined;
  const { port1, port2 } = new MessageChannelMain();
  if (!supervisor.post(process, { type: 'stream', open }, [port1])) return undefined;
  const id = randomUUID();
  window.webContents.postMessage('desk:port', id, [port2]);
  return id;
}
