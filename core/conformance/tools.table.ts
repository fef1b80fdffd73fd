/** Programs that tests compare against, and the Debian package that brings each. */
export const TOOLS: Readonly<Record<string, string>> = {
  cc: 'gcc libc6-dev',
  'qemu-img': 'qemu-utils',
  xmllint: 'libxml2-utils',
  chromium: 'chromium',
  tshark: 'tshark',
  debugfs: 'e2fsprogs',
};

/** Libraries that test programs are built with or run on, by a file that shows they are there. */
export const LIBRARIES: Readonly<Record<string, string>> = {
  '/usr/include/libxlutil.h': 'libxen-dev',
  '/usr/lib/python3/dist-packages/yaml': 'python3-yaml',
  '/usr/lib/python3/dist-packages/jsonschema': 'python3-jsonschema',
};

/** Files that tests read, from packages that are unpacked beside the project: installing them would change the computer. */
export const FILES = {
  'domain.rng': { debian: 'libvirt0', path: 'usr/share/libvirt/schemas/domain.rng' },
  'schema-cloud-config-v1.json': {
    debian: 'cloud-init',
    path: 'usr/lib/python3/dist-packages/cloudinit/config/schemas/schema-cloud-config-v1.json',
  },
} as const;
