/** Commands of the 8042 keyboard controller. Source: IBM PS/2 Hardware Interface Technical Reference, 1988, keyboard controller. */

export const I8042_PORTS = { data: 0x60, command: 0x64 } as const;
export const STATUS = { outputFull: 0x01, system: 0x04, commandWritten: 0x08, unlocked: 0x10, auxiliary: 0x20 } as const;
export const COMMAND = {
  readConfig: 0x20, writeConfig: 0x60, disableAuxiliary: 0xa7, enableAuxiliary: 0xa8, testAuxiliary: 0xa9,
  selfTest: 0xaa, testKeyboard: 0xab, disableKeyboard: 0xad, enableKeyboard: 0xae,
  readOutput: 0xd0, writeOutput: 0xd1, echoKeyboard: 0xd2, echoAuxiliary: 0xd3, writeAuxiliary: 0xd4, pulse: 0xf0,
} as const;
export const CONFIG = { keyboardInterrupt: 0x01, auxiliaryInterrupt: 0x02, systemFlag: 0x04, keyboardDisabled: 0x10, translate: 0x40, reset: 0x61 } as const;
export const OUTPUT_PORT = { notReset: 0x01, a20: 0x02 } as const;
export const ANSWER = { selfTestPassed: 0x55, interfacePassed: 0x00, noDevice: 0xfe } as const;
