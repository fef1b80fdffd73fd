/** What CPUID answers, leaf by leaf, from the table of features and the facts of the computer. */
import { readU32, textBytes } from '../../base/bytes.ts';
import type { Feature, FeatureWord } from './cpuid.table.ts';
import { CACHES, FEATURE_WORDS, FEATURES, OFFERED, PROCESSOR as P } from './cpuid.table.ts';

export interface CpuidAnswer {
  eax: number;
  ebx: number;
  ecx: number;
  edx: number;
}

export interface CpuidFacts {
  /** Cores of the one package. */
  readonly cpus: number;
  /** Cycles per second of the time stamp counter. */
  readonly frequency: number;
  /** Clock of the local APIC timer, from which the counter's frequency follows exactly. */
  readonly crystalHertz: number;
  /** Instead of {@link OFFERED}. */
  readonly features?: readonly Feature[];
}

export type Cpuid = (cpu: number, leaf: number, subleaf: number) => CpuidAnswer;

const MHZ = 1_000_000;
/** Leaves whose answer depends on the subleaf. */
const INDEXED_LEAVES: readonly number[] = [0x7, 0xd];

/** Bits that follow control registers (OSXSAVE) are the engine's to add. */
export function cpuidOf(facts: CpuidFacts): Cpuid {
  const features = new Set<Feature>(facts.features ?? OFFERED);
  if (facts.cpus > 1) features.add('htt');
  const words = featureWords(features);
  const apicBits = Math.ceil(Math.log2(Math.max(facts.cpus, 1)));
  const brand = textBytes(P.brand.padEnd(48, '\0'));
  const leaves: Readonly<Record<number, (cpu: number, subleaf: number) => Partial<CpuidAnswer>>> = {
    0: () => ({ eax: P.lastBasicLeaf, ...vendor() }),
    1: (cpu) => ({ eax: P.signature, ebx: ((P.clflushLine / 8) << 8) | ((1 << apicBits) << 16) | (cpu << 24) }),
    2: () => ({ eax: 1 }),
    4: (_, subleaf) => cacheLeaf(subleaf, 1 << apicBits),
    11: (cpu, subleaf) => topologyLeaf(cpu, subleaf, facts.cpus, apicBits),
    21: () => timeStampLeaf(facts),
    22: () => ({
      eax: Math.round(facts.frequency / MHZ),
      ebx: Math.round(facts.frequency / MHZ),
      ecx: Math.round(facts.crystalHertz / MHZ),
    }),
    2147483648: () => ({ eax: P.lastExtendedLeaf }),
    2147483654: () => ({ ecx: (256 << 16) | (6 << 12) | P.clflushLine }),
    2147483656: () => ({ eax: (P.linearBits << 8) | P.physicalBits }),
  };
  return (cpu, leaf, subleaf) => {
    const known = leaf >>> 0 <= P.lastBasicLeaf || (leaf >>> 0 >= 0x8000_0000 && leaf >>> 0 <= P.lastExtendedLeaf);
    // A leaf above the highest one answers as the highest basic leaf does.
    const chosen = known ? leaf >>> 0 : P.lastBasicLeaf;
    const answer: CpuidAnswer = {
      eax: 0,
      ebx: 0,
      ecx: 0,
      edx: 0,
      ...(leaves[chosen]?.(cpu, subleaf) ?? brandLeaf(brand, chosen)),
    };
    for (const [name, value] of words) {
      const place = FEATURE_WORDS[name];
      const indexed = INDEXED_LEAVES.includes(chosen);
      if (place.leaf === chosen && (!indexed || place.subleaf === subleaf)) answer[place.register] |= value;
    }
    for (const register of ['eax', 'ebx', 'ecx', 'edx'] as const) answer[register] >>>= 0;
    return answer;
  };
}

const APIC_BIT = 1 << FEATURES.apic.bit;

/** The answer of a processor whose local APIC may be switched off: leaf 1 then does not show it. */
export const followingApic =
  (cpuid: Cpuid, apicEnabled: (cpu: number) => boolean): Cpuid =>
  (cpu, leaf, subleaf) => {
    const answer = cpuid(cpu, leaf, subleaf);
    if (leaf === 1 && !apicEnabled(cpu)) answer.edx = (answer.edx & ~APIC_BIT) >>> 0;
    return answer;
  };

export const offers = (facts: Pick<CpuidFacts, 'features'>, feature: Feature): boolean =>
  (facts.features ?? OFFERED).includes(feature);

function featureWords(features: ReadonlySet<Feature>): Map<FeatureWord, number> {
  const words = new Map<FeatureWord, number>();
  for (const feature of features) {
    const { where, bit } = FEATURES[feature];
    words.set(where, ((words.get(where) ?? 0) | (1 << bit)) >>> 0);
  }
  return words;
}

function vendor(): Partial<CpuidAnswer> {
  const bytes = textBytes(P.vendor);
  return { ebx: readU32(bytes, 0), edx: readU32(bytes, 4), ecx: readU32(bytes, 8) };
}

function brandLeaf(brand: Uint8Array, leaf: number): Partial<CpuidAnswer> {
  const at = (leaf - 0x8000_0002) * 16;
  if (at < 0 || at >= brand.length) return {};
  return { eax: readU32(brand, at), ebx: readU32(brand, at + 4), ecx: readU32(brand, at + 8), edx: readU32(brand, at + 12) };
}

function cacheLeaf(subleaf: number, cores: number): Partial<CpuidAnswer> {
  const cache = CACHES[subleaf];
  if (cache === undefined) return {};
  const sharing = cache.perCore ? 1 : cores;
  const sets = (cache.kib * 1024) / (cache.ways * 64);
  // Self-initialising; sharing threads, cores, line size, ways: each less one.
  return {
    eax: cache.type | (cache.level << 5) | (1 << 8) | ((sharing - 1) << 14) | ((cores - 1) << 26),
    ebx: 63 | ((cache.ways - 1) << 22),
    ecx: sets - 1,
  };
}

function topologyLeaf(cpu: number, subleaf: number, cpus: number, apicBits: number): Partial<CpuidAnswer> {
  if (subleaf === 0) return { eax: 0, ebx: 1, ecx: 0x100, edx: cpu };
  if (subleaf === 1) return { eax: apicBits, ebx: cpus, ecx: 0x201, edx: cpu };
  return { ecx: subleaf & 0xff, edx: cpu };
}

/** Counter frequency = crystal × numerator / denominator, in lowest terms. */
function timeStampLeaf({ frequency, crystalHertz }: CpuidFacts): Partial<CpuidAnswer> {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  const divisor = gcd(Math.round(frequency), crystalHertz);
  return { eax: crystalHertz / divisor, ebx: Math.round(frequency) / divisor, ecx: crystalHertz };
}
