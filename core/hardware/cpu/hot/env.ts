// Calls out of the interpreter to the layer that owns the context; all are synchronous.
// A handler outside may set leave, interruptLine or attention in the state block.

/** New frame map entry for a guest frame (see memory-map.table.ts), 0 = a device is there. */
@external("env", "frameFault")
export declare function frameFault(cpu: usize, frame: u32, write: u32): u32;
/** Physical addresses cross as numbers: they are below 2^52. */
@external("env", "deviceRead")
export declare function deviceRead(cpu: usize, address: f64, width: u32): u64;
@external("env", "deviceWrite")
export declare function deviceWrite(cpu: usize, address: f64, width: u32, value: u64): void;
@external("env", "portRead")
export declare function portRead(cpu: usize, port: u32, width: u32): u32;
@external("env", "portWrite")
export declare function portWrite(cpu: usize, port: u32, width: u32, value: u32): void;
/** Reads eax and ecx from the state block and writes the four results there. */
@external("env", "cpuid")
export declare function cpuid(cpu: usize): void;
/** MSRs that the engine does not keep itself; refusal sets outcomeFault. */
@external("env", "msrRead")
export declare function msrRead(cpu: usize, msr: u32): u64;
@external("env", "msrWrite")
export declare function msrWrite(cpu: usize, msr: u32, value: u64): void;
/** VMCALL or VMMCALL; 0: #UD. */
@external("env", "call")
export declare function call(cpu: usize): i32;
/** Vector of the interrupt that was offered, or -1. */
@external("env", "acknowledge")
export declare function acknowledge(cpu: usize): i32;
/** Only if `controls` asks. */
@external("env", "controlWrite")
export declare function controlWrite(cpu: usize, register: u32, value: u64): void;
@external("env", "invalidatePage")
export declare function invalidatePage(cpu: usize, address: u64): void;
/** Only if `controls` asks: a walk for an access of the guest has ended (see walkedEntry); `found` 0: it faults. */
@external("env", "tablesWalked")
export declare function tablesWalked(cpu: usize, linear: u64, access: u32, found: u32): void;
/** Only if `controls` asks, for a frame with frameTable: `length` bytes at a host address are about to be written. */
@external("env", "tableWritten")
export declare function tableWritten(cpu: usize, host: u32, length: u32): void;
/** The block head at a host address is hot; `urgent`: it was told before, and nothing came of it. */
@external("env", "hot")
export declare function hot(cpu: usize, host: u32, mode: u32, urgent: u32): void;
/** CR8 belongs to the interrupt controller of the board. */
@external("env", "writeTaskPriority")
export declare function writeTaskPriority(cpu: usize, value: u32): void;
