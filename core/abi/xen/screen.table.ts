/** Paravirtual framebuffer and keyboard: shared pages and events (xen/include/public/io/fbif.h, kbdif.h), x86_64 layout. */

/** Both pages begin with free-running indices, u32 each: `in` is written by the back end, `out` by the front end. */
export const EventPage = { inConsumer: 0, inProducer: 4, outConsumer: 8, outProducer: 12 } as const;
/** Every event is a union of this size. */
export const EVENT_SIZE = 40;

/** struct xenfb_page. Directory entries: frames that hold frame numbers of the framebuffer, u64 each. */
export const FramebufferPage = {
  width: 16,
  height: 20,
  lineLength: 24,
  memoryLength: 28,
  depth: 32,
  directory: 40,
  /** The rest of the 1024 bytes before the rings. */
  MOST_DIRECTORY: 123,
} as const;
/** Of frame numbers in a frame of the directory. */
export const FRAMES_PER_ENTRY = 512;
/** The only depth that front ends have: bytes blue, green, red, unused. */
export const FRAMEBUFFER_DEPTH = 32;

/** XENKBD_IN_RING. */
export const KeyboardRing = { offset: 1024, events: 51 } as const;
/** XENKBD_TYPE_*. */
export const KeyboardEvent = { motion: 1, key: 3, position: 4 } as const;
/** Fields of the events: u8, u8, then i32 each; the wheel counts downwards. */
export const KeyboardField = { type: 0, pressed: 1, key: 4, x: 4, y: 8, wheel: 12 } as const;
