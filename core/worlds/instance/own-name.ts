/**
 * A clone goes on in the middle of its original's shell, under its original's name. Until its first program has taken the
 * name that is its own, and said so in the part of the store that a guest may write (`data`, docs/misc/xenstore-paths), what
 * a person types is kept.
 */
import { domainRoot } from '../../control/nodes.ts';
import type { LocalStore, Platform } from '../../seams/platform.ts';
import type { Pipe } from './pipe.ts';

/** Below the root of a domain; the default image writes it (core/host/images/init-script.ts). */
export const OWN_NAME = 'data/hostname';
/** Virtual seconds after which a guest is taken to be one that knows nothing of this. */
const LONGEST = 5;

interface Named {
  readonly domain: number;
  readonly name: string;
  readonly pipe: Pipe;
}

export function holdUntilNamed(
  { domain, name, pipe }: Named,
  store: LocalStore,
  platform: Pick<Platform, 'now' | 'schedule' | 'frequency'>,
): void {
  const path = `${domainRoot(domain)}/${OWN_NAME}`;
  const end = (): void => {
    forget();
    cancel();
    pipe.release();
  };
  pipe.hold();
  const forget = store.watch(path, () => {
    if (store.read(path) === name) end();
  });
  const cancel = platform.schedule(platform.now() + LONGEST * platform.frequency, end);
}
