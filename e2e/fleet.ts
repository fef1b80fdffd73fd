/** Brings a fleet into being without the window, for tests that are about something else. */
import type { Started } from './launch.ts';

export async function until(what: string, ready: () => Promise<boolean>, patience = 60_000): Promise<void> {
  const end = Date.now() + patience;
  while (!(await ready())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

export async function stateOf(desk: Started, instance: string): Promise<string | undefined> {
  return (await desk.call('fleet.read', {})).instances.find((it) => it.id === instance)?.state;
}

/** Rents, lays the Blanket, and cuts; resolves when every machine runs, or is there if none is to be started. */
export async function fleetOf(
  desk: Started,
  count: number,
  {
    provider = 'ec2-2012',
    type = 'cc1.4xlarge',
    name = 'weaver',
    machine = 'vm',
    tags = ['web'],
    memoryMib = 256,
    diskMib = 1024,
    start = true,
    patience = 120_000,
  }: {
    provider?: string;
    type?: string;
    name?: string;
    machine?: string;
    tags?: string[];
    memoryMib?: number;
    diskMib?: number;
    start?: boolean;
    /** Milliseconds that the longest step may take. */
    patience?: number;
  } = {},
): Promise<string> {
  const { instances } = await desk.call('instance.rent', { provider, type, count: 1, name, tags: [], image: 'default' });
  const id = instances[0]?.id ?? '';
  await until(`${id} is ready`, async () => (await stateOf(desk, id)) === 'ready', patience);
  await desk.call('blanket.lay', { instance: id, globalPages: false, perCpuUpcalls: true });
  await until(`${id} has its Blanket`, async () => (await stateOf(desk, id)) === 'blanket', patience);
  if (count > 0) {
    await desk.call('blanket.partition', {
      instance: id,
      count,
      start,
      template: null,
      order: { name: machine, image: 'default', vcpus: 1, memoryMib, diskMib, network: 'default', tags },
    });
    await until(
      `${count} machines are ${start ? 'running' : 'there'}`,
      async () =>
        (await desk.call('fleet.read', {})).machines.filter(
          (it) => it.instance === id && it.state === (start ? 'running' : 'stopped'),
        ).length === count,
      patience,
    );
  }
  return id;
}
