/** Why the engine came back: what `run` left in the state block, as a trap. */
import type { Trap } from '../../seams/machine.ts';
import { Constant, Offset } from './gen/offsets.ts';

/** Exceptions that push an error code: #DF #TS #NP #SS #GP #PF #AC #CP (SDM vol. 3 table 6-1). */
const WITH_ERROR_CODE = (1 << 8) | (1 << 10) | (1 << 11) | (1 << 12) | (1 << 13) | (1 << 14) | (1 << 17) | (1 << 21);

export function trapOf(view: DataView, block: number, kind: number): Trap {
  switch (kind) {
    case Constant.stopHalt:
      return { kind: 'halt' };
    case Constant.stopShutdown:
      return { kind: 'shutdown' };
    case Constant.stopSyscall:
      return { kind: 'syscall' };
    case Constant.stopSysenter:
      return { kind: 'sysenter' };
    case Constant.stopInterrupt:
      // The vector is known once somebody acknowledges it.
      return { kind: 'interrupt', vector: -1 };
    case Constant.stopException: {
      const vector = view.getUint32(block + Offset.stopVector, true);
      const software = view.getUint32(block + Offset.stopSoftware, true) !== 0;
      return {
        kind: 'exception',
        vector,
        errorCode: view.getUint32(block + Offset.stopError, true),
        hasErrorCode: !software && vector < 32 && (WITH_ERROR_CODE & (1 << vector)) !== 0,
        software,
        address: view.getBigUint64(block + Offset.stopAddress, true),
      };
    }
    default:
      return { kind: 'budget' };
  }
}
