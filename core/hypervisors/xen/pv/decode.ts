/**
 * Length and parts of the few instructions that a deprivileged kernel executes in the hope that somebody does them for it:
 * privileged ones, and stores to page tables. The address of a memory operand is never computed here: a fault says it.
 */

export interface Decoded {
  /** Opcode; two-byte opcodes are 0x0f00 + second byte. */
  opcode: number;
  length: number;
  /** Operand size in bytes from prefixes, for opcodes whose low bit chooses it. */
  wide: 2 | 4 | 8;
  rex: number;
  lock: boolean;
  repeat: boolean;
  addressSize: 4 | 8;
  /** ModRM byte and its fields with REX applied; -1 without ModRM. */
  modrm: number;
  reg: number;
  rm: number;
  immediate: bigint;
}

const LEGACY_PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);

type Immediate = 'none' | 'byte' | 'operand';
interface Form {
  readonly modrm: boolean;
  readonly immediate: Immediate;
}

const BARE: Form = { modrm: false, immediate: 'none' };
const MODRM: Form = { modrm: true, immediate: 'none' };
const MODRM_BYTE: Form = { modrm: true, immediate: 'byte' };
const MODRM_OPERAND: Form = { modrm: true, immediate: 'operand' };
const BYTE: Form = { modrm: false, immediate: 'byte' };

/** Arithmetic with a memory destination: add, or, adc, sbb, and, sub, xor. */
const ALU_STORES = [0x00, 0x08, 0x10, 0x18, 0x20, 0x28, 0x30].flatMap((opcode) => [opcode, opcode + 1]);

const FORMS: ReadonlyMap<number, Form> = new Map<number, Form>([
  ...ALU_STORES.map((opcode): [number, Form] => [opcode, MODRM]),
  ...[0x6c, 0x6d, 0x6e, 0x6f, 0xa4, 0xa5, 0xaa, 0xab, 0xec, 0xed, 0xee, 0xef, 0xf4, 0xfa, 0xfb].map((opcode): [number, Form] => [
    opcode,
    BARE,
  ]),
  ...[0x86, 0x87, 0x88, 0x89, 0xfe, 0xff].map((opcode): [number, Form] => [opcode, MODRM]),
  ...[0xe4, 0xe5, 0xe6, 0xe7].map((opcode): [number, Form] => [opcode, BYTE]),
  ...[0x80, 0x83, 0xc6].map((opcode): [number, Form] => [opcode, MODRM_BYTE]),
  ...[0x81, 0xc7].map((opcode): [number, Form] => [opcode, MODRM_OPERAND]),
  ...[0x0f06, 0x0f08, 0x0f09, 0x0f30, 0x0f31, 0x0f32, 0x0f33, 0x0fa2].map((opcode): [number, Form] => [opcode, BARE]),
  ...[0x0f01, 0x0f20, 0x0f21, 0x0f22, 0x0f23, 0x0fab, 0x0fb0, 0x0fb1, 0x0fb3, 0x0fbb, 0x0fc0, 0x0fc1, 0x0fc7].map(
    (opcode): [number, Form] => [opcode, MODRM],
  ),
  [0x0fba, MODRM_BYTE],
]);

/** Bytes of SIB and displacement behind a 64-bit ModRM byte. */
const operandLength = (modrm: number, next: number): number => {
  const mod = modrm >>> 6;
  const rm = modrm & 7;
  if (mod === 3) return 0;
  const sib = rm === 4 ? 1 : 0;
  if (mod === 1) return sib + 1;
  if (mod === 2) return sib + 4;
  if (rm === 5) return 4;
  return sib === 1 && (next & 7) === 5 ? 5 : sib;
};

const signed = (bytes: Uint8Array, at: number, size: number): bigint => {
  let value = 0n;
  for (let index = size - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[at + index] ?? 0);
  return BigInt.asIntN(size * 8, value);
};

/** Decodes 64-bit code; undefined: none of ours, or more bytes would be needed. */
export const decode = (bytes: Uint8Array): Decoded | undefined => {
  let at = 0;
  let [operand16, address32, lock, repeat] = [false, false, false, false];
  for (let byte = bytes[at] ?? 0; LEGACY_PREFIXES.has(byte); byte = bytes[++at] ?? 0) {
    if (byte === 0x66) operand16 = true;
    else if (byte === 0x67) address32 = true;
    else if (byte === 0xf0) lock = true;
    else if (byte === 0xf2 || byte === 0xf3) repeat = true;
    if (at > 14) return undefined;
  }
  let rex = 0;
  if (((bytes[at] ?? 0) & 0xf0) === 0x40) rex = bytes[at++] ?? 0;
  let opcode = bytes[at++] ?? 0;
  if (opcode === 0x0f) opcode = 0x0f00 | (bytes[at++] ?? 0);
  const form = FORMS.get(opcode);
  if (form === undefined) return undefined;
  const wide = (rex & 8) !== 0 ? 8 : operand16 ? 2 : 4;
  let modrm = -1;
  if (form.modrm) {
    modrm = bytes[at++] ?? 0;
    at += operandLength(modrm, bytes[at] ?? 0);
  }
  const immediateSize = form.immediate === 'none' ? 0 : form.immediate === 'byte' ? 1 : Math.min(4, wide);
  const immediate = signed(bytes, at, immediateSize);
  const length = at + immediateSize;
  if (length > Math.min(15, bytes.length)) return undefined;
  return {
    opcode,
    length,
    wide,
    rex,
    lock,
    repeat,
    addressSize: address32 ? 4 : 8,
    modrm,
    reg: modrm === -1 ? 0 : ((modrm >>> 3) & 7) | ((rex & 4) << 1),
    rm: modrm === -1 ? 0 : (modrm & 7) | ((rex & 1) << 3),
    immediate,
  };
};
