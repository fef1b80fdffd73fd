/** A plan as one text for those who build it: the kinds of export by name. */
import type { Catalogue } from '../catalogue.ts';
import { type Scenario, scenarioText } from '../scenario.ts';
import { hostUserData } from './cloud-init.ts';
import { libvirtXml } from './libvirt.ts';
import { DEFAULT_HOST, machinesOf } from './machines.ts';
import { tofuJson } from './tofu.ts';
import { xlConfig } from './xl.ts';

/** Files that come many at once are separated by a comment that names each. */
const libvirt =
  (hypervisor: 'kvm' | 'xen') =>
  (scenario: Scenario): string =>
    machinesOf(scenario)
      .map((it) => `<!-- ${it.name}.xml -->\n${libvirtXml(hypervisor, it, DEFAULT_HOST)}`)
      .join('\n');

const WRITERS = {
  scenario: scenarioText,
  'libvirt-kvm': libvirt('kvm'),
  'libvirt-xen': libvirt('xen'),
  /** For the hypervisor of the price list. */
  libvirt: (scenario, catalogue) => libvirt(catalogue.flavour)(scenario),
  xl: (scenario) =>
    machinesOf(scenario)
      .map((it) => `# ${it.name}.cfg\n${xlConfig(it, DEFAULT_HOST)}`)
      .join('\n'),
  'cloud-init': (scenario) => hostUserData(scenario),
  tofu: tofuJson,
} as const satisfies Record<string, (scenario: Scenario, catalogue: Catalogue) => string>;

export type ExportKind = keyof typeof WRITERS;
export const EXPORT_KINDS = Object.keys(WRITERS) as ExportKind[];

export const exportedPlan = (kind: ExportKind, scenario: Scenario, catalogue: Catalogue): string =>
  WRITERS[kind](scenario, catalogue);
