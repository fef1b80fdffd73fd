/**
 * A kernel file and what goes with it → bytes in the memory of a computer and the state to enter it in.
 *
 * Linux kernels are unpacked on the host and entered at their own 64-bit entry, which saves the guest the work of
 * unpacking (three quarters of the instructions of a boot with XZ). A kernel whose packing we do not know unpacks itself.
 */
import { Refusal } from '../../base/refusal.ts';
import type { MachineMemory } from '../../seams/machine.ts';
import { isBzImage, parseBzImage } from './bzimage.ts';
import { isElf, parseElf } from './elf.ts';
import type { Entry } from './entry.ts';
import { loadBzImage, loadElf } from './load-elf.ts';
import { loadMultiboot } from './load-multiboot.ts';
import { parseMultiboot } from './multiboot.ts';
import type { BootRequest, NamedFile } from './placement.ts';
import { Placement } from './placement.ts';
import { damagedKernel, tooLittleMemory, unknownKernel } from './refusals.ts';
import { packFormat, unpack } from './unpack/unpack.ts';

const ONE_GIB = 2 ** 30;

/**
 * Only for fresh memory, at most once per memory.
 * @throws Refusal for a file that is damaged, unknown or does not fit
 */
export function loadKernel(request: BootRequest, memory: MachineMemory): Entry {
  const kernel = unwrap(request);
  const { name, bytes } = kernel;
  const placement = new Placement({ ...request, kernel }, memory);
  const elf = isElf(bytes) ? parseElf(bytes, name) : undefined;
  const multiboot = isBzImage(bytes) ? undefined : parseMultiboot(bytes, name);
  if (multiboot !== undefined) return loadMultiboot(placement, multiboot, elf);
  if (request.modules.length > 0) {
    throw new Refusal(
      'modules-unsupported',
      `${name} is not a Multiboot kernel and takes no modules.`,
      'Use --initrd for an initial RAM disk.',
    );
  }
  if (elf !== undefined) return loadElf(placement, elf);
  if (isBzImage(bytes)) return loadBzImage(placement, parseBzImage(bytes, name));
  throw bytes.length < 512 ? damagedKernel(name, `it has only ${bytes.length} bytes`) : unknownKernel(name);
}

/** A kernel file that is packed as a whole, as Debian ships Xen: the size is the last word of a gzip file. */
function unwrap({ kernel, codecs }: BootRequest): NamedFile {
  if (packFormat(kernel.bytes) !== 'gzip') return kernel;
  const result = unpack(kernel.bytes, 0, codecs);
  if (result.kind !== 'unpacked') throw damagedKernel(kernel.name, 'its gzip data are damaged');
  if (result.bytes.length > 2 * ONE_GIB) throw tooLittleMemory(kernel.name, result.bytes.length);
  return { name: kernel.name, bytes: result.bytes };
}
