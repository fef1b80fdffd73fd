/**
 * Instructions of the two virtualisation extensions. A computer offers neither to its guests, so only the calls have
 * handlers: they go to whoever is below the machine, and raise #UD if nobody is.
 *
 * Sources: Intel SDM vol. 3, chapter 31 (order number 325462-080); AMD APM vol. 3 (24594), appendix C.
 */
import type { Row } from '../row.ts';

export const VIRTUAL: readonly Row[] = [
  { name: 'VMCALL', code: 'NP 0F 01 C1', endsBlock: true },
  { name: 'VMMCALL', code: '0F 01 D9', endsBlock: true },
  { name: 'VMLAUNCH', code: 'NP 0F 01 C2', feature: 'vmx', privileged: true },
  { name: 'VMRESUME', code: 'NP 0F 01 C3', feature: 'vmx', privileged: true },
  { name: 'VMXOFF', code: 'NP 0F 01 C4', feature: 'vmx', privileged: true },
  { name: 'VMFUNC', code: 'NP 0F 01 D4', feature: 'vmx' },
  { name: 'VMREAD', code: 'NP 0F 78 /r', operands: 'Ey,Gy', feature: 'vmx', privileged: true },
  { name: 'VMWRITE', code: 'NP 0F 79 /r', operands: 'Gy,Ey', feature: 'vmx', privileged: true },
  { name: 'VMPTRLD', code: 'NP 0F C7 /6 mod!=3', operands: 'Mq', feature: 'vmx', privileged: true },
  { name: 'VMPTRST', code: 'NP 0F C7 /7 mod!=3', operands: 'Mq', feature: 'vmx', privileged: true },
  { name: 'VMCLEAR', code: '66 0F C7 /6 mod!=3', operands: 'Mq', feature: 'vmx', privileged: true },
  { name: 'VMXON', code: 'F3 0F C7 /6 mod!=3', operands: 'Mq', feature: 'vmx', privileged: true },
  { name: 'INVEPT', code: '66 0F 38 80 /r mod!=3', operands: 'Gy,Mdq', feature: 'vmx', privileged: true },
  { name: 'INVVPID', code: '66 0F 38 81 /r mod!=3', operands: 'Gy,Mdq', feature: 'vmx', privileged: true },
  { name: 'VMRUN', code: '0F 01 D8', feature: 'svm', privileged: true },
  { name: 'VMLOAD', code: '0F 01 DA', feature: 'svm', privileged: true },
  { name: 'VMSAVE', code: '0F 01 DB', feature: 'svm', privileged: true },
  { name: 'STGI', code: '0F 01 DC', feature: 'svm', privileged: true },
  { name: 'CLGI', code: '0F 01 DD', feature: 'svm', privileged: true },
  { name: 'SKINIT', code: '0F 01 DE', feature: 'svm', privileged: true },
  { name: 'INVLPGA', code: '0F 01 DF', feature: 'svm', privileged: true },
];
