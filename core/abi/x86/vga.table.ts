/** What software that writes to a text screen expects at ports. Source: IBM VGA function of the PS/2, Hardware Interface Technical Reference, 1992. */

export const CRTC = { index: 0x3d4, data: 0x3d5, registers: 25, cursorHigh: 0x0e, cursorLow: 0x0f } as const;
export const STATUS = { port: 0x3da, blanking: 0x01, verticalRetrace: 0x08 } as const;
