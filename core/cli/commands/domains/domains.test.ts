/** `blanket domains` against an instance whose world only pretends: every command asks the right thing and tells what came of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Refusal } from '../../../base/refusal.ts';
import { ordered } from '../../../cloud/offers.ts';
import { catalogueOf } from '../../../cloud/testing/catalogues.ts';
import type { Machine } from '../../../contract/fleet.ts';
import { serveAttached } from '../../../host/attach/serve.ts';
import { Headless } from '../../../service/headless.ts';
import { serveInstance } from '../../../service/instance.ts';
import { CAPACITY, FakeWorld } from '../../../service/testing/fake-world.ts';
import { domainsCommand } from '../domains.ts';

const instance = ordered(catalogueOf('gce-kvm'), 'e2-highcpu-2', { id: 'i1', name: 'test' }, 0);
let folder = '';
let world: FakeWorld;
let headless: Headless;
let server: Server;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'blanket-domains-'));
  world = new FakeWorld();
  const start = async () => CAPACITY;
  headless = new Headless(
    instance,
    (edge) =>
      serveInstance({ folder, dataFolder: folder, instance, afterFailure: false }, edge, {
        engine: '',
        world: () => world,
        start,
      }),
    () => undefined,
  );
  await headless.ended(headless.tasks[0]?.id ?? '');
  server = serveAttached(folder, headless);
});
afterEach(async () => {
  await headless.stop('discard');
  server.close();
  rmSync(folder, { recursive: true });
});

/** What the command printed. */
async function domains(...words: string[]): Promise<string> {
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += Buffer.from(text).toString();
    return true;
  });
  try {
    await domainsCommand()
      .exitOverride()
      .parseAsync(['--attach', folder, ...words], { from: 'user' });
  } finally {
    write.mockRestore();
  }
  return printed;
}

const machine = async (name: string): Promise<Machine | undefined> =>
  (JSON.parse(await domains('list', '--format', 'json')) as Machine[]).find((each) => each.name === name);
const refusal = (...words: string[]): Promise<Refusal> =>
  domains(...words).then(
    () => expect.fail(`${words.join(' ')} was not refused`),
    (thrown: Refusal) => thrown,
  );

describe('machines', () => {
  it('are made, listed, driven by name or id, and removed', async () => {
    expect(await domains('list')).toMatch(/no machines yet/);
    await domains('create', 'web', '--memory', '64', '--maximum-vcpus', '4', '--disk', '10', '--start');
    expect(await machine('web')).toMatchObject({ id: 'i1.1', state: 'running', memoryMib: 64, maximumVcpus: 4 });
    for (const [verb, state] of [
      ['pause', 'paused'],
      ['unpause', 'running'],
      ['save', 'saved'],
      ['restore', 'running'],
      ['reboot', 'running'],
      ['shutdown', 'stopped'],
      ['start', 'running'],
      ['reset', 'running'],
      ['destroy', 'stopped'],
    ] as const) {
      await domains(verb, verb === 'save' ? 'i1.1' : 'web');
      expect([verb, (await machine('web'))?.state]).toEqual([verb, state]);
    }
    expect(await domains('list')).toMatch(/i1\.1 +web +stopped +1 +64 +256 +0 +- +xvda/);
    await domains('remove', 'web');
    expect(await machine('web')).toBeUndefined();
  });

  it('are cloned and made several at once', async () => {
    await domains('create', 'node', '--count', '3', '--maximum-vcpus', '4', '--maximum-memory', '256');
    await domains('clone', 'node-1', 'copy', '--count', '2', '--start');
    expect((await domains('list')).match(/^i1\.\d+ +\S+ +\S+/gm)?.map((line) => line.split(/ +/).slice(1).join(' '))).toEqual([
      'node-1 stopped',
      'node-2 stopped',
      'node-3 stopped',
      'copy-1 running',
      'copy-2 running',
    ]);
    // A clone's kernel knows how many vCPUs it can have.
    expect(await machine('copy-2')).toMatchObject({ maximumVcpus: 4, maximumMemoryMib: 256 });
  });

  it('change at once what they can', async () => {
    await domains('create', 'web', '--start');
    await domains('set', 'web', '--weight', '512', '--cap', '50', '--memory', '256');
    expect(await machine('web')).toMatchObject({ weight: 512, cap: 50, memoryMib: 128, pending: { memoryMib: 256 } });
  });

  it('have disks and network cards plugged and unplugged', async () => {
    await domains('create', 'web', '--disk', '10');
    expect(await domains('attach', 'disk', 'web', '--size', '20')).toBe('xvdb\n');
    expect(await domains('attach', 'disk', 'web', '--file', 'some.raw', '--read-only')).toBe('xvdc\n');
    expect(await domains('attach', 'network', 'web')).toMatch(/^eth1 00:16:3e:/);
    expect((await machine('web'))?.disks).toMatchObject([
      { id: 'xvda', sizeMib: 10 },
      { id: 'xvdb', sizeMib: 20 },
      { id: 'xvdc', sizeMib: 7, readOnly: true, file: join(process.cwd(), 'some.raw') },
    ]);
    await domains('detach', 'disk', 'web', 'xvdb');
    await domains('detach', 'network', 'web', 'eth1');
    expect(world.plugged).toEqual(['i1.1 xvdb', 'i1.1 xvdc', 'i1.1 eth1', 'i1.1 -xvdb', 'i1.1 -eth1']);
    expect(await domains('attach', 'disk', 'web', '--size', '5')).toBe('xvdb\n');
    expect((await machine('web'))?.nics).toHaveLength(1);
  });

  it('are seen in top with what they use', async () => {
    await domains('create', 'web', '--start');
    await vi.waitFor(async () => expect(await domains('top', '--once')).toMatch(/i1\.1 +web +running +1 +8 +1/), 60_000);
  });

  it('have a console that a script can use', async () => {
    await domains('create', 'web', '--start');
    const typed = domains('console', 'web', '--until', 'login', '--timeout', '20');
    const bytes = new TextEncoder().encode('Debian login: ');
    await vi.waitFor(() => expect(process.stdin.listenerCount('data')).toBeGreaterThan(0), 60_000);
    world.console('i1.1').write(bytes);
    expect(await typed).toContain('login');
    const again = domains('console', 'web', '--new', '--until', 'login', '--timeout', '20');
    await vi.waitFor(() => expect(process.stdin.listenerCount('data')).toBeGreaterThan(0), 60_000);
    world.console('i1.1').write(new TextEncoder().encode('root\r\nanother login: '));
    expect(await again).toBe('root\r\nanother login: ');
  });
});

describe('the store', () => {
  it('is read, written, listed and pruned', async () => {
    await domains('xenstore', 'write', '/local/domain/1/data/x', 'a b');
    expect(await domains('xenstore', 'read', '/local/domain/1/data/x')).toBe('a b\n');
    expect(await domains('xenstore', 'ls', '/local')).toBe(
      'domain = ""\n  1 = ""\n    data = ""\n      x = "a b"\n    name = "web"\n',
    );
    await domains('xenstore', 'rm', '/local/domain/1/data/x');
    expect(await refusal('xenstore', 'read', '/local/domain/1/data/x')).toMatchObject({ code: 'no-such-node' });
  });
});

describe('refusals', () => {
  it('say what to do', async () => {
    await domains('create', 'web', '--start');
    for (const [code, ...words] of [
      ['no-such-machine', 'pause', 'nobody'],
      ['wrong-state', 'unpause', 'web'],
      ['nothing-to-change', 'set', 'web'],
      ['disk-source', 'attach', 'disk', 'web'],
      ['no-such-device', 'detach', 'disk', 'web', 'xvdq'],
      ['no-such-node', 'xenstore', 'ls', '/absent'],
      ['bad-request', 'xenstore', 'read', 'no path'],
      ['no-such-instance', '--instance', 'i9', 'create', 'other'],
    ] as const) {
      const { code: found, remedy } = await refusal(...words);
      expect([words.join(' '), found]).toEqual([words.join(' '), code]);
      expect(remedy).toMatch(/\.$/);
    }
    server.close();
    rmSync(join(folder, 'desk.sock'), { force: true });
    expect(await refusal('list')).toMatchObject({ code: 'not-running' });
  });
});
