/** The bridge: the few functions a sandboxed window has. It hands on data only, never an Electron object. */
import { contextBridge, ipcRenderer } from 'electron';

const facts = new Set<(name: string, fact: unknown) => void>();
ipcRenderer.on('desk:fact', (_event, name: string, fact: unknown) => {
  for (const listener of facts) listener(name, fact);
});
/** Ports cannot cross the bridge; they go to the page as a message from itself. */
ipcRenderer.on('desk:port', (event, id: string) => {
  window.postMessage({ deskPort: id }, window.location.origin, [...event.ports]);
});

contextBridge.exposeInMainWorld('desk', {
  call: (name: string, request: unknown): Promise<unknown> => ipcRenderer.invoke('desk:call', name, request),
  /** @returns what ends the subscription */
  listen: (listener: (name: string, fact: unknown) => void): (() => void) => {
    facts.add(listener);
    return () => facts.delete(listener);
  },
  platform: process.platform,
});
