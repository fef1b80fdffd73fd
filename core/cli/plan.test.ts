/** `blanket plan` and `blanket catalogue` as a person gives them: the acceptance figures, every format, every export, refusals. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const STARTER = fileURLToPath(new URL('../../tools/blanket.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'blanket-plan-'));
afterAll(() => rmSync(folder, { recursive: true }));

const blanket = (...words: string[]): string => execFileSync(process.execPath, [STARTER, ...words], { encoding: 'utf8' });
const refused = (...words: string[]): { status: number | null; text: string } => {
  const it = spawnSync(process.execPath, [STARTER, ...words], { encoding: 'utf8' });
  return { status: it.status, text: it.stderr };
};
const CASE = ['--provider', 'ec2-2012', '--type', 'cc1.4xlarge', '--baseline', 'm1.small'];

describe('blanket plan', () => {
  it("reproduces the papers' case", () => {
    const plan = JSON.parse(blanket('plan', ...CASE, '--count', '40', '--format', 'json'));
    expect(plan).toMatchObject({
      pricePerVmHour: 0.04,
      ratioToBaseline: 0.47,
      saving: 0.53,
      breakEvenCount: 19,
      bindingResource: 'disk',
      currency: 'USD',
    });
    expect(
      Object.entries(plan.resources).map(([name, it]) => [name, (it as { timesBaseline: number | null }).timesBaseline]),
    ).toEqual([
      ['cpu', 33.5],
      ['memory', 13.53],
      ['disk', 10.56],
      ['network', null],
    ]);
    expect(plan.figures.pricePerVmHour).toEqual({ value: 0.04, exact: '1/25', unit: 'USD/h' });
  });

  it('gives 0.16, 0.08 and 0.053 for 10, 20 and 30', () => {
    const rows = JSON.parse(blanket('plan', ...CASE, '--count', '1', '--counts', '10,20,30', '--format', 'json'));
    expect(rows.map((it: { pricePerVmHour: number }) => Number(it.pricePerVmHour.toFixed(3)))).toEqual([0.16, 0.08, 0.053]);
    const thirty = JSON.parse(blanket('plan', ...CASE, '--count', '30', '--format', 'json'));
    expect(thirty.pricePerVmHour).toBe(0.053);
  });

  it('says how the slide is to be read', () => {
    const help = blanket('plan', '--help');
    expect(help).toMatch(/47 % OF\s+the price/);
    expect(help).toMatch(/SAVES 53 %/);
    expect(help).toMatch(/wording is wrong/);
  });

  it('takes a scenario file, in every format', () => {
    const file = join(folder, 'scenario.json');
    writeFileSync(file, blanket('plan', ...CASE, '--count', '40', '--export', 'scenario'));
    expect(blanket('plan', file)).toMatch(/Price per machine-hour +0\.04 +USD\/h/);
    expect(blanket('plan', file, '--format', 'csv').split('\r\n')[1]).toBe('Price per machine-hour,0.04,USD/h');
    const changed = JSON.parse(
      blanket('plan', file, '--set', 'guests.0.load.mean=0.3', '--simulate', '900', '--seed', '5', '--format', 'json'),
    );
    expect(changed.simulated.seed).toBe(5);
    expect(changed.contention.slowdown).toBeLessThan(2);
    expect(blanket('plan', file, '--explain', 'ratioToBaseline')).toMatch(/exactly 8\/17[\s\S]*Xen-Blanket[\s\S]*2012-04-10/);
  });

  it.each([
    ['scenario', /"format": "blanket-scenario\/1"/],
    ['libvirt-kvm', /<domain type='kvm'>/],
    ['libvirt-xen', /<domain type='xen'>/],
    ['xl', /^type = "pv"$/m],
    ['cloud-init', /^#cloud-config/],
    ['tofu', /"aws_instance"/],
  ])('exports %s', (kind, text) => {
    expect(blanket('plan', ...CASE, '--count', '3', '--export', kind)).toMatch(text);
  });

  it('refuses with what to do, and with the right status', () => {
    expect(refused('plan', '--provider', 'x', '--type', 'y', '--count', '1')).toEqual({
      status: 1,
      text: expect.stringMatching(/no price list called x[\s\S]*ec2-2012/),
    });
    expect(refused('plan')).toEqual({ status: 1, text: expect.stringMatching(/Give a scenario file/) });
    expect(refused('plan', ...CASE, '--count', '-3').status).toBe(2);
    expect(refused('plan', join(folder, 'missing.json'))).toEqual({
      status: 1,
      text: expect.stringMatching(/missing\.json cannot be read/),
    });
    expect(refused('plan', ...CASE, '--count', '3', '--set', 'guests.0.speed=2')).toEqual({
      status: 1,
      text: expect.stringMatching(/speed/),
    });
  });
});

describe('blanket catalogue', () => {
  it('lists, shows, imports, and plans with what was imported', () => {
    expect(blanket('catalogue')).toMatch(/ec2-2012 .*\n.*ec2-xen .*\n.*gce-kvm /);
    expect(blanket('catalogue', 'show', 'ec2-2012', 'cc1.4xlarge')).toMatch(/on-demand .* 1\.60 .*EuroSys 2012/);
    const [csv, out] = [join(folder, 'own list.csv'), join(folder, 'own.json')];
    writeFileSync(
      csv,
      'type,cpu_units,threads,memory_gb,disk_gb,model,price_per_hour\nbig,33.5,16,23,1690,on-demand,1.60\nsmall,1,1,1.7,160,on-demand,0.085\nbad,x,1,1,1,on-demand,1\n',
    );
    const imported = spawnSync(process.execPath, [STARTER, 'catalogue', 'import', csv, '--out', out], { encoding: 'utf8' });
    expect(imported.stdout).toMatch(/user-csv: 2 types taken, 1 lines rejected/);
    expect(imported.stderr).toMatch(/line 4: bad: cpu\.units/);
    expect(JSON.parse(readFileSync(out, 'utf8')).id).toBe('own-list');
    const plan = JSON.parse(
      blanket(
        'plan',
        '--catalogue',
        out,
        '--provider',
        'own-list',
        '--type',
        'big',
        '--count',
        '40',
        '--baseline',
        'small',
        '--format',
        'json',
      ),
    );
    expect([plan.ratioToBaseline, plan.breakEvenCount]).toEqual([0.47, 19]);
  });
});
