/** Which instructions random programs leave out, and why. */

/** Names, by reason. */
export const EXCLUDED: readonly RegExp[] = [
  // Leave the program, or depend on what the operating system put there.
  /^(RET|IRET|SYSCALL|SYSRET|SYSENTER|SYSEXIT|INT|INT1|INT3|INTO|UD[012]|HLT|VMCALL|VMMCALL|VM|CLI|STI)/,
  /^(JMP|CALL)(F|_far)?$/,
  // Ports and descriptor state: the outcome is the operating system's.
  /^(IN|OUT|INS|OUTS)[BWD]?$/,
  /^(SGDT|SIDT|SLDT|STR|SMSW|LAR|LSL|VERR|VERW|ARPL|L[DEFGS]S|LSS)$/,
  /^(POPF|PUSHF)/,
  // Not functions of their operands.
  /^(RDTSC|RDTSCP|RDPMC|CPUID|RDRAND|RDSEED|RDPID|XGETBV|XSAVE|XRSTOR|MONITOR|MWAIT|PAUSE|CLFLUSH|CLWB|SERIALIZE|WRMSR|RDMSR)/,
  /^(RD|WR)[FG]SBASE$/,
  /^(FXSAVE|FXRSTOR|FN?SAVE|FRSTOR|FN?STENV|FLDENV)/,
  // Accurate to within one unit in the last place only.
  /^(FSIN|FCOS|FSINCOS|FPTAN|FPATAN|F2XM1|FYL2X|FYL2XP1)$/,
  // Which byte's address a fault reports, and whether MMX was entered before it, differs between processors.
  /^MASKMOV(Q|DQU)$/,
  // Approximations whose bits differ between processors; approximations.test.ts holds them to their bound.
  /^(RCP|RSQRT)[PS]S$/,
];

/** Operands that name segment registers: what a selector means is the operating system's. */
export const SEGMENT_OPERANDS = /\b(Sw|[C-GS]S)\b/;

/** Rows that may leave the flags they are said to write as they were (a shift by zero). */
export const KEEPS_FLAGS = /^(SHL|SHR|SAL|SAR|ROL|ROR|RCL|RCR|SHLD|SHRD|REP)/;
