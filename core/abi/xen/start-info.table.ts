/** start_info: the page a paravirtual kernel finds in RSI (xen/include/public/xen.h, struct start_info, 64 bit). */
export const StartInfo = {
  SIZE: 1168,
  /** char[32], `xen-3.0-x86_64` padded with zeroes. */
  magic: 0,
  /** u64: pages given to this domain. */
  nrPages: 32,
  /** u64: machine address, in bytes, of the shared_info page. */
  sharedInfo: 40,
  /** u32, {@link StartFlag}. */
  flags: 48,
  /** u64 machine frame, u32 local port. */
  storeMfn: 56,
  storeEvtchn: 64,
  consoleMfn: 72,
  consoleEvtchn: 80,
  /** u64: linear address of the L4, number of frames of the first mapping's tables, linear address of the P2M list. */
  ptBase: 88,
  nrPtFrames: 96,
  mfnList: 104,
  /** u64: start (linear address, or pseudo-physical frame with MOD_START_PFN) and bytes of the first module. */
  modStart: 112,
  modLength: 120,
  /** char[1024], ends with a zero. */
  commandLine: 128,
  COMMAND_LINE_SIZE: 1024,
  /** u64: where the P2M list and the tables that map it are, when it is not inside the first mapping. */
  firstP2mPfn: 1152,
  nrP2mFrames: 1160,
} as const;

export const START_MAGIC = 'xen-3.0-x86_64';

/** SIF_*. */
export const StartFlag = {
  PRIVILEGED: 1,
  INITDOMAIN: 2,
  MULTIBOOT_MOD: 4,
  MOD_START_PFN: 8,
  VIRT_P2M_4TOOLS: 16,
} as const;
