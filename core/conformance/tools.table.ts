/** Programs that tests compare against, and the Debian package that brings each. */
export const TOOLS: Readonly<Record<string, string>> = {
  cc: 'gcc libc6-dev',
  'qemu-img': 'qemu-utils',
  xmllint: 'libxml2-utils',
  chromium: 'chromium',
  tshark: 'tshark',
};
