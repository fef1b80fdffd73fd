/** The subject `pv-boot`: what the second layer costs at boot, on the bare computer and in a rented container. */
import { bootReadings, defaultBoot } from './boot.ts';
import { runBlanket } from './computers.ts';
import type { Case, Contestant, Subject } from './subject.ts';

const MACHINES = ['bare', 'pv', 'blanket-xen'] as const;
/** What the second layer may cost in wall time. */
const AT_MOST = 1.5;

function cases(): Case[] {
  const boot = defaultBoot();
  const on = (name: (typeof MACHINES)[number]): Contestant => ({
    name,
    run: async () => bootReadings(name, await runBlanket(boot, ['--on', name])),
  });
  return [
    {
      name: "Debian's cloud kernel by layers, from start to power-off",
      contestants: MACHINES.map(on),
      bounds: MACHINES.slice(1).map((of) => ({ quantity: 'wall', of, against: 'bare', atMost: AT_MOST })),
      notes: ['All three run the same kernel and initial RAM disk with 256 MiB and one vCPU.'],
    },
  ];
}

export const pvBoot: Subject = {
  summary: 'the same boot on the bare computer, on Xen, and on the Blanket in a container',
  cases,
};
