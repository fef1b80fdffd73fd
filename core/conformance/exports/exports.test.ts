/** Exports of plans by the rules of those who read them: libvirt's schema, xl's own parser, cloud-init's schema, what OpenTofu's providers take. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostUserData } from '../../cloud/export/cloud-init.ts';
import { libvirtXml } from '../../cloud/export/libvirt.ts';
import { DEFAULT_HOST, machinesOf } from '../../cloud/export/machines.ts';
import { tofuJson } from '../../cloud/export/tofu.ts';
import { xlConfig } from '../../cloud/export/xl.ts';
import { asScenario } from '../../cloud/scenario.ts';
import { catalogueOf } from '../../cloud/testing/catalogues.ts';
import { packageFile } from '../tools.ts';
import { problemsIn, template } from './tofu.ts';

const SCHEMA_CHECK = `
import json, sys, yaml, jsonschema
schema = json.load(open(sys.argv[1]))
for path in sys.argv[2:]:
    text = open(path).read()
    assert text.startswith('#cloud-config\\n'), path
    jsonschema.Draft4Validator(schema).validate(yaml.safe_load(text))
`;

const scenario = asScenario({
  name: "A plan's <name> & more",
  provider: 'ec2-xen',
  type: 'm4.10xlarge',
  instances: 2,
  guests: [
    { name: 'web', count: 3, vcpus: 2, memoryMb: 2048.5, diskGb: 10, weight: 512, capPercent: 150 },
    { name: 'batch', count: 2, memoryMb: 1024, load: { mean: 0.2 } },
  ],
});
const machines = machinesOf(scenario);
let folder = '';
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const run = (program: string, ...args: readonly string[]): string =>
  execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'blanket-exports-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('libvirt', () => {
  const schema = packageFile('domain.rng');
  const odd = { ...DEFAULT_HOST, imageFolder: "/srv/a & b's <disks>" };

  it.each(['kvm', 'xen'] as const)("is valid by libvirt's own schema: %s", (kind) => {
    const files = machines.map((machine) => file(`${kind}-${machine.name}.xml`, libvirtXml(kind, machine, odd)));
    run('xmllint', '--noout', '--relaxng', schema, ...files);
  });

  it('the schema refuses what is none', () => {
    const [machine] = machines;
    if (machine === undefined) throw new Error('there is a machine');
    const wrong = file(
      'wrong.xml',
      libvirtXml('kvm', machine, odd).replace('<memory', '<remembrance').replace('</memory', '</remembrance'),
    );
    expect(() => run('xmllint', '--noout', '--relaxng', schema, wrong)).toThrow();
  });
});

describe('xl', () => {
  it('is read by the parser of xl, with the figures of the plan', () => {
    const checker = join(folder, 'xl-check');
    run('cc', '-o', checker, join(import.meta.dirname, 'xl-check.c'), '-lxlutil', '-lxenlight');
    const files = machines.map((machine) => file(`${machine.name}.cfg`, xlConfig(machine, DEFAULT_HOST)));
    const read = run(checker, ...files);
    expect(read.match(/^name .*$/gm)).toEqual(machines.map((machine) => `name ${machine.name}`));
    expect(read.match(/^cpu_weight .*$/gm)).toEqual(machines.map((machine) => `cpu_weight ${machine.weight}`));
    expect(read).toContain('disk xvda /var/lib/blanket/images/web-1.img');
    const wrong = file('wrong.cfg', 'name = "unfinished\n');
    expect(() => run(checker, wrong)).toThrow(/not a configuration/);
  });
});

describe('cloud-init', () => {
  it("is valid by cloud-init's own schema", () => {
    const schema = packageFile('schema-cloud-config-v1.json');
    run('python3', '-c', SCHEMA_CHECK, schema, file('host.yaml', hostUserData(scenario)));
    const wrong = file('wrong.yaml', '#cloud-config\nruncmd: 7\n');
    expect(() => run('python3', '-c', SCHEMA_CHECK, schema, wrong)).toThrow();
  });
});

describe('OpenTofu', () => {
  const gce = { ...scenario, provider: 'gce-kvm', type: 'n2-standard-16' };
  const spot = { model: 'spot' } as const;
  const files = {
    'Amazon, on demand': tofuJson(scenario, catalogueOf('ec2-xen')),
    'Amazon, spot': tofuJson({ ...scenario, price: spot }, catalogueOf('ec2-xen')),
    'Google, on demand': tofuJson(gce, catalogueOf('gce-kvm')),
    'Google, spot': tofuJson({ ...gce, price: spot }, catalogueOf('gce-kvm')),
  };

  it.each(Object.entries(files))('takes nothing that its provider does not: %s', (_name, text) => {
    expect(problemsIn(text)).toEqual([]);
  });

  it('hands the user data over as it is, though every string is a template', () => {
    const aws = JSON.parse(files['Amazon, spot']).resource.aws_instance.blanket;
    const google = JSON.parse(files['Google, spot']).resource.google_compute_instance.blanket;
    for (const text of [aws.user_data, google.metadata['user-data']])
      expect(template(text)).toEqual({ literal: hostUserData(scenario), expressions: [] });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: these are templates of another language
    expect(template('a $${b} %%{c} ${var.d}')).toEqual({ literal: 'a ${b} %{c} ', expressions: ['var.d'] });
  });

  it.each([
    ['instance_type', 'machine', /takes no machine/],
    ['"ami"', '"image_id"', /lacks ami/],
    ['"volume_size": 20', '"volume_size": "twenty"', /volume_size is not a number/],
    ['var.image', 'var.picture', /nothing is meant by var\.picture/],
    ['[*].private_ip', '[*].address', /nothing is meant by/],
    ['"aws_instance": {', '"aws_machine": {', /no resource aws_machine/],
  ])('is refused with %s made %s', (part, other, problem) => {
    const text = files['Amazon, on demand'];
    expect(text).toContain(part);
    expect(problemsIn(text.replace(part, other)).join('; ')).toMatch(problem);
  });
});
