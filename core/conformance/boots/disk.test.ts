/** A file that a guest on the Blanket writes is in the disk image of this computer: through both hypervisors and four drivers. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'blanket-boots-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a guest does with its first disk; the last word it prints is the checksum of the file. */
const WORK = [
  'mke2fs -q /dev/xvda',
  'mkdir -p /m',
  'mount /dev/xvda /m',
  'dd if=/dev/urandom of=/m/file bs=64k count=64',
  'sync',
  'sha256sum /m/file',
  'umount /m',
].join('; ');
/** The image is prepared when it is first needed, which takes as long as its packages take to come. */
const LONGEST = 600_000;

interface Statistics {
  readonly exits: { readonly 'first-layer': Readonly<Record<string, { readonly count: number }>> };
  readonly blanketHypercalls: Readonly<Record<string, { readonly passed: number; readonly refused: number }>>;
  readonly provider: {
    readonly devices: Readonly<Record<string, { readonly writes: number }>>;
    readonly blocks?: readonly { readonly writes: number; readonly flushes: number; readonly errors: number }[];
  };
}

const bootWithDisk = (machine: string): { disk: string; printed: string; statistics: Statistics } => {
  const disk = join(folder, `${machine}.img`);
  const counted = join(folder, `${machine}.json`);
  writeFileSync(disk, '');
  truncateSync(disk, 16 * 2 ** 20);
  const options = ['--on', machine, '--disk', disk, '--stats', counted, '--append', `quiet blanket.run="${WORK}"`];
  const command = ['tools/blanket.js', 'boot', ...options];
  const run = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8', input: '', timeout: LONGEST });
  expect([run.status, run.stderr]).toEqual([0, expect.any(String)]);
  return { disk, printed: run.stdout, statistics: JSON.parse(readFileSync(counted, 'utf8')) as Statistics };
};

const check = (disk: string, printed: string): void => {
  const checked = spawnSync('e2fsck', ['-fn', disk], { encoding: 'utf8' });
  expect([checked.status, checked.stdout]).toEqual([0, expect.any(String)]);
  const file = join(folder, 'file');
  spawnSync('debugfs', ['-R', `dump file ${file}`, disk]);
  const sum = createHash('sha256').update(readFileSync(file)).digest('hex');
  expect(/^([0-9a-f]{64}) /m.exec(printed)?.[1]).toBe(sum);
};

describe('a guest with a disk', () => {
  it('writes through virtio where the provider is KVM', { timeout: LONGEST }, () => {
    const { disk, printed, statistics } = bootWithDisk('blanket-kvm');
    check(disk, printed);
    // 4 MiB in requests of at most 44 KiB; several are announced at once.
    expect(statistics.provider.devices['virtio-block']?.writes).toBeGreaterThan(10);
    expect(statistics.exits['first-layer'].device?.count).toBeGreaterThan(20);
    expect(statistics.blanketHypercalls).toEqual({});
  });

  it('writes through front and back end where the provider is Xen', { timeout: LONGEST }, () => {
    const { disk, printed, statistics } = bootWithDisk('blanket-xen');
    check(disk, printed);
    const [block] = statistics.provider.blocks ?? [];
    expect(block?.writes).toBeGreaterThan(64);
    expect([block?.errors, (block?.flushes ?? 0) > 0]).toEqual([0, true]);
    expect(statistics.exits['first-layer'].call?.count).toBeGreaterThan(20);
    expect(statistics.blanketHypercalls.event_channel_op).toMatchObject({ refused: 0 });
  });
});
