/** ipcMain of the stand-in. */
import { EventEmitter } from 'node:events';

type Handler = (event: unknown, ...args: unknown[]) => unknown;
const handlers = new Map<string, Handler>();

class IpcMain extends EventEmitter {
  handle(channel: string, handler: Handler): void {
    if (handlers.has(channel)) throw new Error(`a second handler for '${channel}'`);
    handlers.set(channel, handler);
  }

  removeHandler(channel: string): void {
    handlers.delete(channel);
  }
}

export const ipcMain = new IpcMain();

export async function invoke(channel: string, event: unknown, args: unknown[]): Promise<{ value: unknown } | { error: string }> {
  const handler = handlers.get(channel);
  if (handler === undefined) return { error: `No handler registered for '${channel}'` };
  try {
    return { value: await handler(event, ...args) };
  } catch (thrown) {
    return { error: String(thrown) };
  }
}

export function said(channel: string, event: unknown, args: unknown[]): void {
  ipcMain.emit(channel, event, ...args);
}
