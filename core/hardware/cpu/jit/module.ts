/** Builds WebAssembly modules of translated units: types, imports, functions, exports, code; compiles and links them. */
import { IMPORTS, type ImportName } from './locals.ts';
import { I32, I64, Section } from './opcodes.table.ts';
import { Writer } from './writer.ts';

/** Parameters and results of the functions, by type number; units come first. */
const UNIT_TYPE = 0;
const TYPES: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[I32, I32], [I32]],
  [[I32, I64, I32, I32], [I32]],
  [[I32], [I32]],
  [[], []],
];
const TYPE_OF: Record<ImportName, number> = { stepRecord: 1, condition: 2, materialise: 3 };

const CODE_BYTES = 3 << 20;
/** A function so large would hold the optimising compiler up for too long. */
const MAX_FUNCTION_BYTES = 512 << 10;
const FUNCTION = 0x60;
const EXTERNAL = { function: 0, memory: 2 } as const;

export interface Compiled {
  readonly functions: readonly unknown[];
  readonly bytes: number;
}

export class ModuleBuilder {
  /** Where function bodies are written. */
  readonly bodies = new Writer(CODE_BYTES);
  private readonly module = new Writer(CODE_BYTES + (64 << 10));
  private readonly imports: Record<string, Record<string, unknown>>;
  private readonly headEnd: number;
  private count = 0;

  constructor(memory: WebAssembly.Memory, functions: Readonly<Record<ImportName, unknown>>) {
    this.imports = { e: { m: memory, ...Object.fromEntries(IMPORTS.map((name) => [name, functions[name]])) } };
    this.writeHead();
    this.headEnd = this.module.at;
  }

  begin(): void {
    this.bodies.at = 0;
    this.count = 0;
  }

  /** More was written than there is room for. */
  get overflowed(): boolean {
    return this.bodies.at > CODE_BYTES - MAX_FUNCTION_BYTES;
  }

  openFunction(): number {
    return this.bodies.open();
  }

  /** Ends the function opened at `start`, or forgets it. */
  closeFunction(start: number, keep: boolean): void {
    if (!keep || this.overflowed) {
      this.bodies.at = start;
      return;
    }
    this.bodies.close(start);
    this.count++;
  }

  finish(): Compiled {
    const { module } = this;
    module.at = this.headEnd;
    this.section(Section.function, () => {
      module.unsigned(this.count);
      for (let i = 0; i < this.count; i++) module.unsigned(UNIT_TYPE);
    });
    this.section(Section.export, () => {
      module.unsigned(this.count);
      for (let i = 0; i < this.count; i++) {
        module.name(`${i}`);
        module.op(EXTERNAL.function);
        module.unsigned(IMPORTS.length + i);
      }
    });
    this.section(Section.code, () => {
      module.unsigned(this.count);
      module.bytes.set(this.bodies.bytes.subarray(0, this.bodies.at), module.at);
      module.at += this.bodies.at;
    });
    const instance = new WebAssembly.Instance(
      new WebAssembly.Module(module.bytes.subarray(0, module.at) as Uint8Array<ArrayBuffer>),
      this.imports,
    );
    return { functions: Array.from({ length: this.count }, (_, i) => instance.exports[`${i}`]), bytes: this.bodies.at };
  }

  private section(id: number, write: () => void): void {
    this.module.op(id);
    const start = this.module.open();
    write();
    this.module.close(start);
  }

  /** Magic, version, types and imports are the same in every module. */
  private writeHead(): void {
    const { module } = this;
    for (const byte of [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) module.op(byte);
    this.section(Section.type, () => {
      module.unsigned(TYPES.length);
      for (const [parameters, results] of TYPES) {
        module.op(FUNCTION);
        for (const list of [parameters, results]) {
          module.unsigned(list.length);
          for (const type of list) module.op(type);
        }
      }
    });
    this.section(Section.import, () => {
      module.unsigned(IMPORTS.length + 1);
      module.name('e');
      module.name('m');
      module.op(EXTERNAL.memory);
      module.op(0);
      module.unsigned(1);
      for (const name of IMPORTS) {
        module.name('e');
        module.name(name);
        module.op(EXTERNAL.function);
        module.unsigned(TYPE_OF[name]);
      }
    });
  }
}
