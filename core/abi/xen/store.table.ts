/** The wire of xenstore: message types, header, ring page, errors, limits (xen/include/public/io/xs_wire.h, docs/misc/xenstore.txt). */
export const StoreType = {
  CONTROL: 0,
  DIRECTORY: 1,
  READ: 2,
  GET_PERMS: 3,
  WATCH: 4,
  UNWATCH: 5,
  TRANSACTION_START: 6,
  TRANSACTION_END: 7,
  INTRODUCE: 8,
  RELEASE: 9,
  GET_DOMAIN_PATH: 10,
  WRITE: 11,
  MKDIR: 12,
  RM: 13,
  SET_PERMS: 14,
  WATCH_EVENT: 15,
  ERROR: 16,
  IS_DOMAIN_INTRODUCED: 17,
  RESUME: 18,
  SET_TARGET: 19,
  RESET_WATCHES: 21,
  DIRECTORY_PART: 22,
} as const;

/** Header of a message: u32 each. */
export const StoreHeader = { SIZE: 16, type: 0, request: 4, transaction: 8, length: 12 } as const;
export const STORE_PAYLOAD_MAX = 4096;

/** The shared page: requests by the guest, responses by the server, free-running indices. */
export const StoreRing = {
  SIZE: 1024,
  requests: 0,
  responses: 1024,
  requestConsumer: 2048,
  requestProducer: 2052,
  responseConsumer: 2056,
  responseProducer: 2060,
  serverFeatures: 2064,
  connection: 2068,
  error: 2072,
} as const;

export type StoreError =
  | 'EINVAL' | 'EACCES' | 'EEXIST' | 'EISDIR' | 'ENOENT' | 'ENOMEM' | 'ENOSPC' | 'EIO' | 'ENOTEMPTY' | 'ENOSYS' | 'EROFS' | 'EBUSY'
  | 'EAGAIN' | 'EISCONN' | 'E2BIG' | 'EPERM' | 'EQUOTA';

export const ABSOLUTE_PATH_MAX = 3072;
export const RELATIVE_PATH_MAX = 2048;

/** What one domain may take (defaults of xenstored); the control domain is not limited. */
export const STORE_QUOTA = { nodes: 1000, watches: 128, transactions: 10, valueSize: 2048, permissions: 5, transactionNodes: 1024 } as const;

/** State of a device end, in its node `state` (xen/include/public/io/xenbus.h). */
export const BusState = {
  Unknown: 0,
  Initialising: 1,
  InitWait: 2,
  Initialised: 3,
  Connected: 4,
  Closing: 5,
  Closed: 6,
  Reconfiguring: 7,
  Reconfigured: 8,
} as const;
