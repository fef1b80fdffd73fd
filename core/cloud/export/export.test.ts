/** Exports carry the plan over, and a shell reads what is a script; core/conformance/exports holds them by the readers' own rules. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asScenario } from '../scenario.ts';
import { catalogueOf } from '../testing/catalogues.ts';
import { hostUserData } from './cloud-init.ts';
import { libvirtXml } from './libvirt.ts';
import { DEFAULT_HOST, machinesOf, macOf } from './machines.ts';
import { tofuJson } from './tofu.ts';
import { xlConfig } from './xl.ts';

const scenario = asScenario({
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what must not become a template
  name: "A plan's <name> & ${more}",
  provider: 'ec2-xen',
  type: 'm4.10xlarge',
  price: { model: 'spot' },
  instances: 2,
  guests: [
    { name: 'web', count: 3, vcpus: 2, memoryMb: 2048.5, diskGb: 10, weight: 512, capPercent: 150 },
    { name: 'batch', count: 2, memoryMb: 1024, load: { mean: 0.2 } },
  ],
});
const machines = machinesOf(scenario);

const inFolder = (name: string, text: string, run: (file: string) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), 'blanket-export-'));
  try {
    const file = join(folder, name);
    writeFileSync(file, text);
    run(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

it('names machines by class and number, with an address each', () => {
  expect(machines.map((it) => it.name)).toEqual(['web-1', 'web-2', 'web-3', 'batch-1', 'batch-2']);
  expect(machines[0]?.memoryMb).toBe(2048);
  expect(new Set(machines.map((it) => macOf(it.index))).size).toBe(5);
});

describe('libvirt', () => {
  it('carries weight and cap over', () => {
    const [web] = machines;
    if (web === undefined) return;
    const xml = libvirtXml('kvm', web, DEFAULT_HOST);
    expect(xml).toContain('<shares>2048</shares>');
    expect(xml).toContain('<global_quota>150000</global_quota>');
  });
});

it('writes xl configurations', () => {
  const [web] = machines;
  if (web === undefined) return;
  const text = xlConfig(web, DEFAULT_HOST);
  expect(text).toMatch(/^name = "web-1"$/m);
  expect(text).toMatch(/^cpu_weight = 512$/m);
  expect(text).toMatch(/^cap = 150$/m);
  expect(text).toMatch(/^vif = \[ "mac=00:16:3e:00:00:00, bridge=xenbr0" \]$/m);
});

describe('cloud-init', () => {
  it('is a script that a shell accepts, and makes the machines of the fullest instance', () => {
    const text = hostUserData(scenario);
    expect(text.startsWith('#cloud-config\n')).toBe(true);
    const script = text.slice(text.indexOf('content: |\n') + 11, text.indexOf('runcmd:')).replace(/^ {6}/gm, '');
    expect(script).toContain("machines 'web' '2' '2' '2048' '512' '150' '10'");
    inFolder('script.sh', script, (file) => {
      execFileSync('sh', ['-n', file]);
      writeFileSync(
        file,
        script
          .replaceAll('xl create', 'echo created')
          .replaceAll('/etc/xen', join(file, '..'))
          .replaceAll("'/var/lib/blanket/images'", `'${join(file, '..')}'`),
      );
      expect(execFileSync('sh', [file]).toString().split('\n').filter(Boolean)).toHaveLength(3);
    });
  });
});

describe('OpenTofu', () => {
  it('is JSON with as many instances as are paid for, and no template of ours', () => {
    const file = JSON.parse(tofuJson(scenario, catalogueOf('ec2-xen')));
    const instance = file.resource.aws_instance.blanket;
    expect(instance).toMatchObject({
      count: 2,
      instance_type: 'm4.10xlarge',
      instance_market_options: [{ market_type: 'spot' }],
    });
    expect(instance.tags.Name).toBe("A plan's <name> & $${more}");
    expect(file.provider.aws.region).toBe('us-east-1');
    expect(instance.user_data).not.toMatch(/(^|[^$])\$\{/);
  });

  it('writes Google Compute Engine, too, and refuses an unknown cloud', () => {
    const gce = catalogueOf('gce-kvm');
    const file = JSON.parse(tofuJson({ ...scenario, type: 'n2-standard-16', failureReserve: 1 }, gce));
    expect(file.resource.google_compute_instance.blanket).toMatchObject({ count: 3, machine_type: 'n2-standard-16' });
    expect(() => tofuJson(scenario, { ...gce, id: 'mine', name: 'My cloud' })).toThrow(/not known which cloud/);
  });
});
