/** Paths of the store: which are valid, and what a relative one means for the domain that wrote it. */
import { ABSOLUTE_PATH_MAX, RELATIVE_PATH_MAX } from '../../abi/xen/store.table.ts';

const VALID = /^[A-Za-z0-9\-/_@:]+$/;

/** Where a domain's relative paths begin. */
export const domainPath = (domain: number): string => `/local/domain/${domain}`;

/** The absolute form; undefined: not a path. Watches may also name the special paths that begin with @. */
export const absolutePath = (path: string, domain: number, special = false): string | undefined => {
  if (special && (path === '@introduceDomain' || path === '@releaseDomain')) return path;
  if (!VALID.test(path) || path.startsWith('@')) return undefined;
  const relative = !path.startsWith('/');
  if (path.length >= (relative ? RELATIVE_PATH_MAX : ABSOLUTE_PATH_MAX)) return undefined;
  const absolute = relative ? `${domainPath(domain)}/${path}` : path;
  if (absolute !== '/' && (absolute.endsWith('/') || absolute.includes('//'))) return undefined;
  return absolute;
};
