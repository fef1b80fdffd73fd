/** The firmware configuration device that virtual machines offer. Source: QEMU 7.2, docs/specs/fw_cfg.rst. */

export const FW_CFG_PORTS = { selector: 0x510, length: 2 } as const;
export const ITEM = { signature: 0x00, id: 0x01, ramSize: 0x03, cpuCount: 0x05, maxCpus: 0x0f, directory: 0x19 } as const;
