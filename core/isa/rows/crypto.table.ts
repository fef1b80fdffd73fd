/**
 * AES, carry-less multiplication and SHA instructions, from Intel SDM vol. 2 (order number 325462-080).
 *
 * The round functions are those of FIPS 197 and FIPS 180-4.
 */
import type { Row } from '../row.ts';

export const CRYPTO: readonly Row[] = [
  // AES (SDM vol. 1 §12.13.1).
  { name: 'AESIMC', code: '66 0F 38 DB /r', operands: 'Vdq,Wdq', feature: 'aes' },
  { name: 'AESENC', code: '66 0F 38 DC /r', operands: 'Vdq,Wdq', feature: 'aes' },
  { name: 'AESENCLAST', code: '66 0F 38 DD /r', operands: 'Vdq,Wdq', feature: 'aes' },
  { name: 'AESDEC', code: '66 0F 38 DE /r', operands: 'Vdq,Wdq', feature: 'aes' },
  { name: 'AESDECLAST', code: '66 0F 38 DF /r', operands: 'Vdq,Wdq', feature: 'aes' },
  { name: 'AESKEYGENASSIST', code: '66 0F 3A DF /r ib', operands: 'Vdq,Wdq,Ib', feature: 'aes' },
  // Carry-less multiplication (§12.13.2).
  { name: 'PCLMULQDQ', code: '66 0F 3A 44 /r ib', operands: 'Vdq,Wdq,Ib', feature: 'pclmulqdq' },
  // SHA (vol. 2, SHA1RNDS4 and following). SHA256RNDS2 reads XMM0 as well.
  { name: 'SHA1NEXTE', code: 'NP 0F 38 C8 /r', operands: 'Vdq,Wdq', feature: 'sha' },
  { name: 'SHA1MSG1', code: 'NP 0F 38 C9 /r', operands: 'Vdq,Wdq', feature: 'sha' },
  { name: 'SHA1MSG2', code: 'NP 0F 38 CA /r', operands: 'Vdq,Wdq', feature: 'sha' },
  { name: 'SHA256RNDS2', code: 'NP 0F 38 CB /r', operands: 'Vdq,Wdq', feature: 'sha' },
  { name: 'SHA256MSG1', code: 'NP 0F 38 CC /r', operands: 'Vdq,Wdq', feature: 'sha' },
  { name: 'SHA256MSG2', code: 'NP 0F 38 CD /r', operands: 'Vdq,Wdq', feature: 'sha' },
  { name: 'SHA1RNDS4', code: 'NP 0F 3A CC /r ib', operands: 'Vdq,Wdq,Ib', feature: 'sha' },
];
