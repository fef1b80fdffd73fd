/** callback_op: where the kernel wants to be entered for events, system calls, and failed segment loads. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { CALLBACK_MASKS_EVENTS, CallbackType } from '../../../abi/xen/vcpu.table.ts';
import { fromBigint, isCanonical } from '../pv/entry.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';
import type { Callback, PvVcpu } from '../pv/vcpu.ts';

const REGISTER = 0;
const UNREGISTER = 1;

const callbackOf = (vcpu: PvVcpu, type: number): Callback | undefined => {
  switch (type) {
    case CallbackType.event:
      return vcpu.eventCallback;
    case CallbackType.failsafe:
      return vcpu.failsafeCallback;
    case CallbackType.syscall:
      return vcpu.syscallCallback;
    case CallbackType.syscall32:
      return vcpu.syscall32Callback;
    case CallbackType.sysenter:
    case CallbackType.sysenter_deprecated:
      return vcpu.sysenterCallback;
    default:
      return undefined;
  }
};

export const callback_op: HypercallHandler = (caller, args) => {
  const command = args.low(0);
  if (command !== REGISTER && command !== UNREGISTER) return -Errno.ENOSYS;
  const bytes = caller.memory.read(args.address(1), command === REGISTER ? 16 : 4);
  if (bytes === undefined) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  const type = view.getUint16(0, true);
  if (command === UNREGISTER) {
    // The kernel could not be entered any more without these.
    if (type === CallbackType.event || type === CallbackType.failsafe || type === CallbackType.syscall) return -Errno.EINVAL;
    const callback = callbackOf(caller, type);
    if (callback !== undefined) callback.address = 0n;
    else if (type === CallbackType.nmi) caller.trapAddress[2] = 0n;
    else return -Errno.ENOSYS;
    return 0;
  }
  const address = view.getBigUint64(8, true);
  if (!isCanonical(fromBigint(address))) return -Errno.EINVAL;
  if (type === CallbackType.nmi) {
    caller.trapAddress[2] = address;
    return 0;
  }
  const callback = callbackOf(caller, type);
  if (callback === undefined) return -Errno.ENOSYS;
  callback.address = address;
  callback.masksEvents = type === CallbackType.event || (view.getUint16(2, true) & CALLBACK_MASKS_EVENTS) !== 0;
  return 0;
};
