/** Who may read and write a node: an owner, what everybody else may, and exceptions; in the notation of the wire (`n0 r1`). */
import { STORE_QUOTA } from '../../abi/xen/store.table.ts';

export interface Permission {
  readonly domain: number;
  readonly read: boolean;
  readonly write: boolean;
}

/** Owner first: its rights are everybody's default, and it may always do everything. */
export type Permissions = readonly [Permission, ...Permission[]];

export const CONTROL_DOMAIN = 0;

const LETTERS = { n: [false, false], r: [true, false], w: [false, true], b: [true, true] } as const;

/** Undefined: not in the notation, or too many. */
export const parsePermissions = (texts: readonly string[], limited: boolean): Permissions | undefined => {
  const list: Permission[] = [];
  for (const text of texts) {
    const letter = text[0] as keyof typeof LETTERS;
    const rights = LETTERS[letter];
    if (rights === undefined || !/^\d{1,5}$/.test(text.slice(1))) return undefined;
    list.push({ domain: Number(text.slice(1)), read: rights[0], write: rights[1] });
  }
  const [owner, ...others] = list;
  if (owner === undefined || (limited && list.length > STORE_QUOTA.permissions)) return undefined;
  return [owner, ...others];
};

export const formatPermission = ({ domain, read, write }: Permission): string =>
  `${read ? (write ? 'b' : 'r') : write ? 'w' : 'n'}${domain}`;

export const allows = (permissions: Permissions, domain: number, right: 'read' | 'write'): boolean => {
  const [owner, ...others] = permissions;
  if (domain === CONTROL_DOMAIN || domain === owner.domain) return true;
  return (others.find((permission) => permission.domain === domain) ?? owner)[right];
};

export const isOwner = (permissions: Permissions, domain: number): boolean =>
  domain === CONTROL_DOMAIN || permissions[0].domain === domain;

/** The same without a domain that is gone; what it owned is the control domain's, and nobody else's by default. */
export const withoutDomain = (permissions: Permissions, domain: number): Permissions => {
  if (permissions.every((permission) => permission.domain !== domain)) return permissions;
  const [owner, ...others] = permissions;
  const heir = owner.domain === domain ? { domain: CONTROL_DOMAIN, read: false, write: false } : owner;
  return [heir, ...others.filter((permission) => permission.domain !== domain)];
};
