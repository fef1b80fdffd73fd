/**
 * A Multiboot kernel around a loop, the same bytes for every computer: it says when it begins and ends, tells the
 * result, and leaves through the debug-exit port.
 *
 * On the serial port: `<`, the loop runs, `>`, eight letters A-P for the hexadecimal digits of the result in EAX.
 */
import { MULTIBOOT_HEADER } from '../../../abi/boot/multiboot.table.ts';
import { assemble } from './assemble.ts';

export type Width = 32 | 64;

export interface LoopProgram {
  /** What it does, for the reader. */
  readonly summary: string;
  /** Code that ends with its result in EAX; may use {turns}, {source} and {target}. ESP has a stack. */
  readonly code: Readonly<Record<Width, string>>;
  /** How often it turns in a measurement of some seconds, and in a test. */
  readonly turns: { readonly bench: number; readonly test: number };
  /** Instructions of the code. */
  instructions(turns: number, width: Width): number;
}

export const SIGN = { begin: '<', end: '>' } as const;
const RESULT_LETTERS = 8;

const LOAD_ADDRESS = 0x10_0000;
const PLACES = { source: 0x20_0000, target: 0x22_0000, stack: 0x30_0000, pml4: 0x31_0000, pdpt: 0x31_1000, directory: 0x31_2000 };
/** End of what the loader clears: PLACES lie below it. */
const BSS_END = 0x32_0000;

const HEADER_FLAGS = MULTIBOOT_HEADER.flagAddressFields;
const header = (code: number): Record<string, number> => ({
  magic: MULTIBOOT_HEADER.magic,
  flags: HEADER_FLAGS,
  checksum: -(MULTIBOOT_HEADER.magic + HEADER_FLAGS) | 0,
  load: LOAD_ADDRESS,
  loadEnd: LOAD_ADDRESS + code,
  bssEnd: BSS_END,
});

const HEADER = '{magic} {flags} {checksum} {load} {load} {loadEnd} {bssEnd} {start}';

/** One gigabyte mapped to itself in 2 MiB pages, then 64-bit code (SDM vol. 3, 10.8.5). */
const ENTER_LONG_MODE = `
    c7 05 {pml4} {pml4Entry}         ; mov dword [pml4], pdpt | 7
    c7 05 {pdpt} {pdptEntry}         ; mov dword [pdpt], directory | 7
    bf {directory}                   ; mov edi, directory
    b8 {largePage}                   ; mov eax, present, writable, user, large
    b9 {largePages}                  ; mov ecx, 512
  page:
    89 07                            ; mov [edi], eax
    05 {largePageBytes}              ; add eax, 2 MiB
    83 c7 08                         ; add edi, 8
    49                               ; dec ecx
    75 <page>                        ; jnz page
    b8 {pml4} 0f 22 d8               ; mov cr3, pml4
    0f 20 e0 83 c8 20 0f 22 e0       ; cr4.PAE
    b9 {eferMsr} 0f 32               ; rdmsr
    0d {longMode} 0f 30              ; EFER.LME
    0f 20 c0 0d {paging} 0f 22 c0    ; cr0.PG
    0f 01 15 {gdtPointer}            ; lgdt
    ea {wide} 08 00                  ; jmp far 8:wide
  gdt:
    00 00 00 00 00 00 00 00
    ff ff 00 00 00 9b af 00          ; 64-bit code
    ff ff 00 00 00 93 cf 00          ; data
  gdtPointer:
    17 00 {gdt}
  wide:
    b8 10 00 00 00 8e d8 8e d0       ; mov ds, ss: data
`;
const LONG_MODE_NUMBERS = {
  pml4Entry: PLACES.pdpt | 7,
  pdptEntry: PLACES.directory | 7,
  largePage: 0x87,
  largePages: 512,
  largePageBytes: 0x20_0000,
  eferMsr: 0xc000_0080 | 0,
  longMode: 0x100,
  paging: 0x8000_0000 | 0,
};

const SAY = (sign: string): string => `
    66 ba f8 03                      ; mov dx, 0x3f8: the first serial port
    b0 ${sign.charCodeAt(0).toString(16)} ee   ; out dx, al`;

/** The result is in EAX; the same bytes in 32- and 64-bit code. */
const TELL = `
    89 c3                            ; mov ebx, eax
    ${SAY(SIGN.end)}
    b9 {letters}                     ; mov ecx, 8
  letter:
    c1 c3 04                         ; rol ebx, 4
    88 d8 24 0f 04 41 ee             ; al = 'A' + low digit; out dx, al
    ff c9                            ; dec ecx
    75 <letter>                      ; jnz letter
    31 c0 e6 f4                      ; out the debug-exit port, 0
  rest:
    f4 eb <rest>                     ; hlt; jmp rest
`;

/** Status with which QEMU and ours end: (0 << 1) | 1. */
export const EXIT_STATUS = 1;

/** A file that any Multiboot loader takes. @param turns how often the loop turns */
export function loopKernel(program: LoopProgram, width: Width, turns: number): Uint8Array {
  const source = `
    ${HEADER}
  start:
    bc {stack}                       ; mov esp, stack
    ${width === 64 ? ENTER_LONG_MODE : ''}
    ${SAY(SIGN.begin)}
    ${program.code[width]}
    ${TELL}`;
  const numbers = { ...PLACES, ...LONG_MODE_NUMBERS, letters: RESULT_LETTERS, turns };
  const length = assemble(source, LOAD_ADDRESS, { ...numbers, ...header(0) }).length;
  return assemble(source, LOAD_ADDRESS, { ...numbers, ...header(length) });
}

/** What a run said: when it began and ended, and its result. */
export interface Told<Time> {
  readonly begin: Time;
  readonly end: Time;
  readonly result: number;
}

/** Listens to the serial port of a run; whoever hears says what time it is. */
export class Listener<Time> {
  private text = '';
  private begin: Time | undefined;
  private end: Time | undefined;

  hear(text: string, at: Time): void {
    if (text.includes(SIGN.begin)) this.begin = at;
    if (text.includes(SIGN.end)) this.end = at;
    this.text += text;
  }

  /** Undefined: it did not come to its end. */
  get told(): Told<Time> | undefined {
    const letters = new RegExp(`${SIGN.begin}${SIGN.end}([A-P]{${RESULT_LETTERS}})`).exec(this.text)?.[1];
    if (letters === undefined || this.begin === undefined || this.end === undefined) return undefined;
    const result = [...letters].reduce((value, letter) => value * 16 + letter.charCodeAt(0) - 65, 0);
    return { begin: this.begin, end: this.end, result };
  }
}
