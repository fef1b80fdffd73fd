/** The subject `boot`: the default image from power-on to power-off. */
import { join } from 'node:path';
import { Refusal } from '../../base/refusal.ts';
import { dataFolder } from '../../host/data-folder.ts';
import { readyImage } from '../../host/images/prepare.ts';
import { ImageStore } from '../../host/images/store.ts';
import { type Boot, runBlanket, runQemu } from './computers.ts';
import type { Measured } from './measured-process.ts';
import type { Case, Readings, Subject } from './subject.ts';

/** What the guest prints before it switches off. */
const SIGN = 'the guest has booted';

/** Files of the default image, with a command line that ends in a power-off. */
export function defaultBoot(): Boot {
  const store = new ImageStore(dataFolder());
  const { manifest } = readyImage(store, 'default', (step) => process.stderr.write(`${step} ...\n`));
  if (manifest.initrd === undefined) {
    throw new Refusal('image-incomplete', 'The default image has no initial RAM disk.', 'Run: blanket images prepare');
  }
  const folder = store.folderOf('default');
  return {
    kernel: join(folder, manifest.kernel.file),
    initrd: join(folder, manifest.initrd.file),
    commandLine: `${manifest.commandLine} blanket.run="echo ${SIGN}"`,
    memory: 256,
  };
}

export function bootReadings(who: string, { status, output, errors, wall, cpu }: Measured): Readings {
  if (status !== 0 || !output.includes(SIGN)) {
    throw new Refusal(
      'guest-failed',
      `${who} ended with status ${status}: ${(errors || output).slice(-500)}`,
      'Try: blanket boot',
    );
  }
  return { wall, cpu };
}

function cases(): Case[] {
  const boot = defaultBoot();
  return [
    {
      name: "Debian's cloud kernel, from start to power-off",
      contestants: [
        { name: 'blanket', run: async () => bootReadings('blanket', await runBlanket(boot)) },
        { name: 'qemu', run: async () => bootReadings('qemu', await runQemu(boot)) },
      ],
      bounds: [{ quantity: 'wall', of: 'blanket', against: 'qemu', atMost: 5 }],
      notes: ['v86 does not take part: it is a 32-bit processor, the kernel of the image is 64-bit.'],
    },
  ];
}

export const boot: Subject = { summary: "Debian's cloud kernel from start to power-off, beside QEMU's translator", cases };
