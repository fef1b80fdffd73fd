/** A plan for real hosts, as one text on standard output. */
import { hostUserData } from '../cloud/export/cloud-init.ts';
import { libvirtXml } from '../cloud/export/libvirt.ts';
import { DEFAULT_HOST, machinesOf } from '../cloud/export/machines.ts';
import { tofuJson } from '../cloud/export/tofu.ts';
import { xlConfig } from '../cloud/export/xl.ts';
import type { Planner } from '../cloud/plan/plan.ts';
import type { Scenario } from '../cloud/scenario.ts';

export const EXPORTS = ['scenario', 'libvirt-kvm', 'libvirt-xen', 'xl', 'cloud-init', 'tofu'] as const;
export type ExportKind = (typeof EXPORTS)[number];

/** Files that come many at once are separated by a comment that names each. */
export function exported(kind: Exclude<ExportKind, 'scenario'>, scenario: Scenario, planner: Planner): string {
  const { catalogue } = planner.setting(scenario);
  switch (kind) {
    case 'cloud-init':
      return hostUserData(scenario);
    case 'tofu':
      return tofuJson(scenario, catalogue);
    case 'xl':
      return machinesOf(scenario)
        .map((it) => `# ${it.name}.cfg\n${xlConfig(it, DEFAULT_HOST)}`)
        .join('\n');
    default: {
      const host = kind === 'libvirt-xen' ? 'xen' : 'kvm';
      return machinesOf(scenario)
        .map((it) => `<!-- ${it.name}.xml -->\n${libvirtXml(host, it, DEFAULT_HOST)}`)
        .join('\n');
    }
  }
}
