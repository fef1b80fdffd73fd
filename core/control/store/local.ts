/** The store as the control domain itself uses it: calls instead of messages; watches are heard in the domain's own time. */

import { invariant } from '../../base/bug.ts';
import type { LocalStore, Platform } from '../../seams/platform.ts';
import { absolutePath } from './paths.ts';
import { CONTROL_DOMAIN, parsePermissions } from './permissions.ts';
import type { StoreServer } from './server.ts';
import type { Watcher } from './watches.ts';

export const localStore = (server: StoreServer, platform: Platform): LocalStore => {
  const { store, watches } = server;
  const checked = (path: string): string => {
    const absolute = absolutePath(path, CONTROL_DOMAIN);
    invariant(absolute !== undefined, `${path} is not a path of the store`);
    return absolute;
  };
  return {
    read: (path) => {
      const result = store.read(CONTROL_DOMAIN, checked(path));
      return 'ok' in result ? result.ok : undefined;
    },
    write: (path, value) => {
      store.write(CONTROL_DOMAIN, checked(path), value);
    },
    list: (path) => {
      const result = store.list(CONTROL_DOMAIN, checked(path));
      return 'ok' in result ? result.ok.names : undefined;
    },
    remove: (path) => {
      store.remove(CONTROL_DOMAIN, checked(path));
    },
    setPermissions: (path, permissions) => {
      const parsed = parsePermissions(permissions, false);
      invariant(parsed !== undefined, `${permissions.join(' ')} are not permissions`);
      store.setPermissions(CONTROL_DOMAIN, checked(path), parsed);
    },
    watch: (path, listener) => {
      let live = true;
      const watcher: Watcher = {
        domain: CONTROL_DOMAIN,
        event: (changed) => {
          platform.schedule(platform.now(), () => {
            if (live) listener(changed);
          });
        },
      };
      watches.add(watcher, checked(path), checked(path), '');
      return () => {
        live = false;
        watches.removeAll(watcher);
      };
    },
  };
};
