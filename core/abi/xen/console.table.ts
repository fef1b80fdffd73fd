/** The console page (xen/include/public/io/console.h, struct xencons_interface). */
export const ConsoleRing = {
  /** char[1024]: towards the guest. */
  input: 0,
  INPUT_SIZE: 1024,
  /** char[2048]: from the guest. */
  output: 1024,
  OUTPUT_SIZE: 2048,
  /** u32 each, free-running. */
  inputConsumer: 3072,
  inputProducer: 3076,
  outputConsumer: 3080,
  outputProducer: 3084,
} as const;
