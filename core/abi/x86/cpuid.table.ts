/**
 * CPUID: where each feature is reported, and which are offered. Source: Intel SDM vol. 2A, CPUID (order number 325462-080).
 *
 * A feature is offered when its name stands in OFFERED; it may stand there once every instruction of it has a handler.
 */

/** Where feature bits lie: leaf, subleaf, register. */
export const FEATURE_WORDS = {
  basicEcx: { leaf: 0x1, subleaf: 0, register: 'ecx' },
  basicEdx: { leaf: 0x1, subleaf: 0, register: 'edx' },
  power: { leaf: 0x6, subleaf: 0, register: 'eax' },
  structuredEbx: { leaf: 0x7, subleaf: 0, register: 'ebx' },
  structuredEcx: { leaf: 0x7, subleaf: 0, register: 'ecx' },
  structuredEdx: { leaf: 0x7, subleaf: 0, register: 'edx' },
  structured2Edx: { leaf: 0x7, subleaf: 2, register: 'edx' },
  xsave: { leaf: 0xd, subleaf: 1, register: 'eax' },
  extendedEcx: { leaf: 0x8000_0001, subleaf: 0, register: 'ecx' },
  extendedEdx: { leaf: 0x8000_0001, subleaf: 0, register: 'edx' },
  invariant: { leaf: 0x8000_0007, subleaf: 0, register: 'edx' },
} as const;

export type FeatureWord = keyof typeof FEATURE_WORDS;

const word = <const Names extends Readonly<Record<string, number>>>(where: FeatureWord, names: Names) =>
  Object.fromEntries(Object.entries(names).map(([name, bit]) => [name, { where, bit }])) as { readonly [Name in keyof Names]: { readonly where: FeatureWord; readonly bit: number } };

export const FEATURES = {
  ...word('basicEcx', {
    sse3: 0, pclmulqdq: 1, dtes64: 2, monitor: 3, vmx: 5, ssse3: 9, fma: 12, cx16: 13, pdcm: 15, pcid: 17, 'sse4.1': 19, 'sse4.2': 20, x2apic: 21,
    movbe: 22, popcnt: 23, tscDeadline: 24, aes: 25, xsave: 26, avx: 28, f16c: 29, rdrand: 30, hypervisor: 31,
  }),
  ...word('basicEdx', {
    fpu: 0, vme: 1, de: 2, pse: 3, tsc: 4, msr: 5, pae: 6, mce: 7, cx8: 8, apic: 9, sep: 11, mtrr: 12, pge: 13, mca: 14, cmov: 15, pat: 16, pse36: 17,
    clflush: 19, ds: 21, mmx: 23, fxsr: 24, sse: 25, sse2: 26, selfSnoop: 27, htt: 28,
  }),
  ...word('power', { arat: 2 }),
  ...word('structuredEbx', {
    fsgsbase: 0, tscAdjust: 1, bmi1: 3, avx2: 5, fdpOnExceptions: 6, smep: 7, bmi2: 8, erms: 9, invpcid: 10, fcsFdsZero: 13, rdseed: 18, adx: 19, smap: 20, clflushopt: 23, clwb: 24, sha: 29,
  }),
  ...word('structuredEcx', { umip: 2, pku: 3, rdpid: 22 }),
  ...word('structuredEdx', { fastShortRepMov: 4, mdClear: 10, specCtrl: 26, stibp: 27, archCapabilities: 29, ssbd: 31 }),
  ...word('structured2Edx', { bhiCtrl: 4 }),
  ...word('xsave', { xsaveopt: 0, xsavec: 1, xgetbv1: 2, xsaves: 3 }),
  ...word('extendedEcx', { lahf: 0, lzcnt: 5, prefetchw: 8 }),
  ...word('extendedEdx', { syscall: 11, nx: 20, pages1g: 26, rdtscp: 27, longMode: 29 }),
  ...word('invariant', { invariantTsc: 8 }),
} as const;

export type Feature = keyof typeof FEATURES;

/** What the emulated processor offers. */
export const OFFERED: readonly Feature[] = [
  'fpu', 'de', 'pse', 'tsc', 'msr', 'pae', 'mce', 'cx8', 'apic', 'sep', 'mtrr', 'pge', 'mca', 'cmov', 'pat', 'pse36', 'clflush', 'mmx', 'fxsr', 'sse', 'sse2', 'selfSnoop',
  'sse3', 'pclmulqdq', 'ssse3', 'cx16', 'pcid', 'sse4.1', 'sse4.2', 'x2apic', 'movbe', 'popcnt', 'tscDeadline', 'aes',
  'arat',
  'fsgsbase', 'tscAdjust', 'bmi1', 'fdpOnExceptions', 'smep', 'bmi2', 'invpcid', 'fcsFdsZero', 'adx', 'sha',
  'umip', 'rdpid',
  'specCtrl', 'archCapabilities', 'bhiCtrl',
  'lahf', 'lzcnt',
  'syscall', 'nx', 'pages1g', 'rdtscp', 'longMode',
  'invariantTsc',
];

/** Numbers of the processor that are reported. Family 6, model 1AH (the X5570 of the first cluster instances), stepping 5. */
export const PROCESSOR = {
  vendor: 'GenuineIntel',
  signature: 0x0001_06a5,
  brand: 'Blanket emulated x86-64 processor',
  lastBasicLeaf: 0x16,
  lastExtendedLeaf: 0x8000_0008,
  clflushLine: 64,
  physicalBits: 40,
  linearBits: 48,
} as const;

/** Leaf 4: type (1 data, 2 instruction, 3 unified), level, KiB, ways; lines of 64 bytes. */
export const CACHES = [
  { type: 1, level: 1, kib: 32, ways: 8, perCore: true },
  { type: 2, level: 1, kib: 32, ways: 4, perCore: true },
  { type: 3, level: 2, kib: 256, ways: 8, perCore: true },
  { type: 3, level: 3, kib: 8192, ways: 16, perCore: false },
] as const;
