/**
 * I/O ports as a domain without devices finds them: all ones, and writes vanish. Two ports answer otherwise because all ones
 * would keep Linux' timer calibration polling for seconds: PIT channel 2 stands still, and its output is up.
 */
const PIT_CHANNEL_2 = 0x42;
const SYSTEM_CONTROL = 0x61;

export const readPort = (port: number, width: 1 | 2 | 4): number => {
  if (port === PIT_CHANNEL_2) return 0;
  if (port === SYSTEM_CONTROL) return 0x20;
  return width === 4 ? 0xffff_ffff : width === 2 ? 0xffff : 0xff;
};
