/** Where one is: the part of the address behind '#', so that every view can be linked to and popped out. */
import { useMemo, useSyncExternalStore } from 'react';

export interface Place {
  /** Parts of the path: ['machine', 'i3.7', 'console']. */
  readonly path: readonly string[];
  readonly query: ReadonlyMap<string, string>;
}

function watch(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}

export const currentPlace = (): string => window.location.hash.slice(1) || '/';

export function parsePlace(text: string): Place {
  const [path = '', query = ''] = text.split('?');
  return {
    path: path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent),
    query: new Map(new URLSearchParams(query)),
  };
}

export function usePlace(): Place {
  const text = useSyncExternalStore(watch, currentPlace);
  return useMemo(() => parsePlace(text), [text]);
}

export function go(place: string): void {
  window.location.hash = place;
}

/** Changes one value of the address without a new step in the history. */
export function setQuery(name: string, value: string | undefined): void {
  const { path, query } = parsePlace(currentPlace());
  const next = new URLSearchParams([...query]);
  if (value === undefined || value === '') next.delete(name);
  else next.set(name, value);
  const text = next.toString();
  window.history.replaceState(null, '', `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}
