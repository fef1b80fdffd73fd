/**
 * System instructions: segment registers, far transfers, interrupts, descriptor tables, control and debug registers, MSRs, ports.
 *
 * Source: Intel SDM vol. 2 (order number 325462-080). Rows without a handler raise #UD, which is also what the manual wants
 * while CPUID does not announce their feature. Privilege is checked by the handlers, because its place among the other
 * checks differs; the column is for readers that do not execute.
 */
import type { Row } from '../row.ts';

export const SYSTEM: readonly Row[] = [
  // Segment registers (vol. 1, 7.3.17; vol. 3, 5.3 to 5.6).
  { name: 'MOV', code: '8C /r', operands: 'Ev,Sw', handler: 'mov_Ev_Sw' },
  { name: 'MOV', code: '8E /r', operands: 'Sw,Ew', handler: 'mov_Sw_Ew', size: 'w', endsBlock: true },
  { name: 'PUSH', code: '06', operands: 'ES', handler: 'push_es', size: 'd64', mode: 'legacy' },
  { name: 'PUSH', code: '0E', operands: 'CS', handler: 'push_cs', size: 'd64', mode: 'legacy' },
  { name: 'PUSH', code: '16', operands: 'SS', handler: 'push_ss', size: 'd64', mode: 'legacy' },
  { name: 'PUSH', code: '1E', operands: 'DS', handler: 'push_ds', size: 'd64', mode: 'legacy' },
  { name: 'PUSH', code: '0F A0', operands: 'FS', handler: 'push_fs', size: 'd64' },
  { name: 'PUSH', code: '0F A8', operands: 'GS', handler: 'push_gs', size: 'd64' },
  { name: 'POP', code: '07', operands: 'ES', handler: 'pop_es', size: 'd64', mode: 'legacy', endsBlock: true },
  { name: 'POP', code: '17', operands: 'SS', handler: 'pop_ss', size: 'd64', mode: 'legacy', endsBlock: true },
  { name: 'POP', code: '1F', operands: 'DS', handler: 'pop_ds', size: 'd64', mode: 'legacy', endsBlock: true },
  { name: 'POP', code: '0F A1', operands: 'FS', handler: 'pop_fs', size: 'd64', endsBlock: true },
  { name: 'POP', code: '0F A9', operands: 'GS', handler: 'pop_gs', size: 'd64', endsBlock: true },
  { name: 'LES', code: 'C4 /r mod!=3', operands: 'Gv,Mp', mode: 'legacy', size: 'v', endsBlock: true },
  { name: 'LDS', code: 'C5 /r mod!=3', operands: 'Gv,Mp', mode: 'legacy', size: 'v', endsBlock: true },
  { name: 'LSS', code: '0F B2 /r mod!=3', operands: 'Gv,Mp', size: 'v', endsBlock: true },
  { name: 'LFS', code: '0F B4 /r mod!=3', operands: 'Gv,Mp', size: 'v', endsBlock: true },
  { name: 'LGS', code: '0F B5 /r mod!=3', operands: 'Gv,Mp', size: 'v', endsBlock: true },

  // Far transfers (vol. 3, 5.8).
  { name: 'JMP', code: 'EA ip', operands: 'Ap', handler: 'jmp_Ap', mode: 'legacy', size: 'v', endsBlock: true },
  { name: 'CALL', code: '9A ip', operands: 'Ap', handler: 'call_Ap', mode: 'legacy', size: 'v', endsBlock: true },
  { name: 'JMP', code: 'FF /5 mod!=3', operands: 'Mp', handler: 'jmp_Mp', size: 'v', endsBlock: true },
  { name: 'CALL', code: 'FF /3 mod!=3', operands: 'Mp', handler: 'call_Mp', size: 'v', endsBlock: true },
  { name: 'RETF', code: 'CB', handler: 'retf', size: 'v', endsBlock: true },
  { name: 'RETF', code: 'CA iw', operands: 'Iw', handler: 'retf_Iw', size: 'v', endsBlock: true },
  { name: 'IRET', code: 'CF', size: 'v', endsBlock: true },

  // Software interrupts (vol. 3, 6.4).
  { name: 'INT3', code: 'CC', endsBlock: true },
  { name: 'INT', code: 'CD ib', operands: 'Ib', handler: 'int_Ib', endsBlock: true },
  { name: 'INTO', code: 'CE', mode: 'legacy', reads: 'o', endsBlock: true },
  { name: 'INT1', code: 'F1', endsBlock: true },

  // Fast system calls.
  { name: 'SYSCALL', code: '0F 05', feature: 'syscall', endsBlock: true },
  { name: 'SYSRET', code: '0F 07', feature: 'syscall', size: 'v', endsBlock: true, privileged: true },
  { name: 'SYSENTER', code: '0F 34', feature: 'sep', endsBlock: true },
  { name: 'SYSEXIT', code: '0F 35', feature: 'sep', size: 'v', endsBlock: true, privileged: true },
  { name: 'SWAPGS', code: '0F 01 F8', mode: '64', endsBlock: true, privileged: true },

  // Flags and halting.
  { name: 'PUSHF', code: '9C', size: 'd64', reads: 'oszapc' },
  { name: 'POPF', code: '9D', size: 'd64', writes: 'oszapc', endsBlock: true },
  { name: 'CLI', code: 'FA', endsBlock: true },
  { name: 'STI', code: 'FB', endsBlock: true },
  { name: 'CLAC', code: 'NP 0F 01 CA', feature: 'smap', endsBlock: true, privileged: true },
  { name: 'STAC', code: 'NP 0F 01 CB', feature: 'smap', endsBlock: true, privileged: true },
  { name: 'HLT', code: 'F4', endsBlock: true, privileged: true },
  { name: 'MONITOR', code: 'NP 0F 01 C8', feature: 'monitor', privileged: true },
  { name: 'MWAIT', code: 'NP 0F 01 C9', feature: 'monitor', privileged: true },

  // Descriptor tables and protection checks (vol. 3, 2.4 and 5.10).
  { name: 'SLDT', code: '0F 00 /0', operands: 'Ev', handler: 'sldt_Ev' },
  { name: 'STR', code: '0F 00 /1', operands: 'Ev', handler: 'str_Ev' },
  { name: 'LLDT', code: '0F 00 /2', operands: 'Ew', handler: 'lldt_Ew', privileged: true },
  { name: 'LTR', code: '0F 00 /3', operands: 'Ew', handler: 'ltr_Ew', privileged: true },
  { name: 'VERR', code: '0F 00 /4', operands: 'Ew', handler: 'verr_Ew', writes: 'z' },
  { name: 'VERW', code: '0F 00 /5', operands: 'Ew', handler: 'verw_Ew', writes: 'z' },
  { name: 'SGDT', code: '0F 01 /0 mod!=3', operands: 'Ms', size: 'v' },
  { name: 'SIDT', code: '0F 01 /1 mod!=3', operands: 'Ms', size: 'v' },
  { name: 'LGDT', code: '0F 01 /2 mod!=3', operands: 'Ms', size: 'v', privileged: true },
  { name: 'LIDT', code: '0F 01 /3 mod!=3', operands: 'Ms', size: 'v', privileged: true },
  { name: 'SMSW', code: '0F 01 /4', operands: 'Ev', handler: 'smsw_Ev' },
  { name: 'LMSW', code: '0F 01 /6', operands: 'Ew', handler: 'lmsw_Ew', endsBlock: true, privileged: true },
  { name: 'CLTS', code: '0F 06', endsBlock: true, privileged: true },
  { name: 'LAR', code: '0F 02 /r', operands: 'Gv,Ew', handler: 'lar_Gv_Ew', size: 'v', writes: 'z' },
  { name: 'LSL', code: '0F 03 /r', operands: 'Gv,Ew', handler: 'lsl_Gv_Ew', size: 'v', writes: 'z' },
  { name: 'ARPL', code: '63 /r', operands: 'Ew,Gw', handler: 'arpl_Ew_Gw', mode: 'legacy', writes: 'z' },

  // Control and debug registers (vol. 3, 2.5 and 17.2). The mod bits are ignored: R is always a register.
  { name: 'MOV', code: '0F 20 /r', operands: 'Ry,Cy', handler: 'mov_Ry_Cy', size: 'd', undefined: 'oszapc', privileged: true },
  { name: 'MOV', code: '0F 22 /r', operands: 'Cy,Ry', handler: 'mov_Cy_Ry', size: 'd', undefined: 'oszapc', endsBlock: true, privileged: true },
  { name: 'MOV', code: '0F 21 /r', operands: 'Ry,Dy', handler: 'mov_Ry_Dy', size: 'd', undefined: 'oszapc', privileged: true },
  { name: 'MOV', code: '0F 23 /r', operands: 'Dy,Ry', handler: 'mov_Dy_Ry', size: 'd', undefined: 'oszapc', endsBlock: true, privileged: true },

  // Caches and translations.
  { name: 'INVLPG', code: '0F 01 /7 mod!=3', operands: 'Mb', endsBlock: true, privileged: true },
  { name: 'INVPCID', code: '66 0F 38 82 /r mod!=3', operands: 'Gy,Mdq', feature: 'invpcid', size: 'd', endsBlock: true, privileged: true },
  { name: 'INVD', code: '0F 08', endsBlock: true, privileged: true },
  { name: 'WBINVD', code: '0F 09', endsBlock: true, privileged: true },

  // Model-specific registers, clocks, identification.
  { name: 'WRMSR', code: '0F 30', feature: 'msr', endsBlock: true, privileged: true },
  { name: 'RDTSC', code: '0F 31', feature: 'tsc', endsBlock: true },
  { name: 'RDMSR', code: '0F 32', feature: 'msr', endsBlock: true, privileged: true },
  { name: 'RDPMC', code: '0F 33', endsBlock: true },
  { name: 'RDTSCP', code: '0F 01 F9', feature: 'rdtscp', endsBlock: true },
  { name: 'RDPID', code: 'F3 0F C7 /7 mod=3', operands: 'Ry', feature: 'rdpid', size: 'd' },
  { name: 'CPUID', code: '0F A2', endsBlock: true },
  { name: 'XGETBV', code: 'NP 0F 01 D0', feature: 'xsave' },
  { name: 'XSETBV', code: 'NP 0F 01 D1', feature: 'xsave', endsBlock: true, privileged: true },
  { name: 'RDFSBASE', code: 'F3 0F AE /0 mod=3', operands: 'Ry', feature: 'fsgsbase', mode: '64', size: 'y' },
  { name: 'RDGSBASE', code: 'F3 0F AE /1 mod=3', operands: 'Ry', feature: 'fsgsbase', mode: '64', size: 'y' },
  { name: 'WRFSBASE', code: 'F3 0F AE /2 mod=3', operands: 'Ry', feature: 'fsgsbase', mode: '64', size: 'y', endsBlock: true },
  { name: 'WRGSBASE', code: 'F3 0F AE /3 mod=3', operands: 'Ry', feature: 'fsgsbase', mode: '64', size: 'y', endsBlock: true },

  // Ports (vol. 1, 19).
  { name: 'IN', code: 'E4 ib', operands: 'AL,Ib', handler: 'in_Ib', size: 'b', endsBlock: true },
  { name: 'IN', code: 'E5 ib', operands: 'eAX,Ib', handler: 'in_Ib', size: 'v', endsBlock: true },
  { name: 'OUT', code: 'E6 ib', operands: 'Ib,AL', handler: 'out_Ib', size: 'b', endsBlock: true },
  { name: 'OUT', code: 'E7 ib', operands: 'Ib,eAX', handler: 'out_Ib', size: 'v', endsBlock: true },
  { name: 'IN', code: 'EC', operands: 'AL,DX', handler: 'in_DX', size: 'b', endsBlock: true },
  { name: 'IN', code: 'ED', operands: 'eAX,DX', handler: 'in_DX', size: 'v', endsBlock: true },
  { name: 'OUT', code: 'EE', operands: 'DX,AL', handler: 'out_DX', size: 'b', endsBlock: true },
  { name: 'OUT', code: 'EF', operands: 'DX,eAX', handler: 'out_DX', size: 'v', endsBlock: true },
  { name: 'INS', code: '6C', operands: 'Yb,DX', handler: 'ins', size: 'b', endsBlock: true },
  { name: 'INS', code: '6D', operands: 'Yz,DX', handler: 'ins', size: 'v', endsBlock: true },
  { name: 'OUTS', code: '6E', operands: 'DX,Xb', handler: 'outs', size: 'b', endsBlock: true },
  { name: 'OUTS', code: '6F', operands: 'DX,Xz', handler: 'outs', size: 'v', endsBlock: true },

  // Not offered: system management mode, safer mode extensions, protection keys.
  { name: 'RSM', code: '0F AA' },
  { name: 'GETSEC', code: 'NP 0F 37', feature: 'smx' },
  { name: 'RDPKRU', code: 'NP 0F 01 EE', feature: 'pku' },
  { name: 'WRPKRU', code: 'NP 0F 01 EF', feature: 'pku' },
];
