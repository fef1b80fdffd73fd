/** Guests that reach each other: two on one Blanket, one on the Blanket of another provider, over the network between them. */
import { createFabric } from '../../worlds/fabric.ts';
import { FastInstance, machineRecord } from './fast-instance.ts';

export interface NetworkReadings {
  /** MiB a second of virtual time, from the neighbour and from the other instance. */
  readonly near: number;
  readonly far: number;
}

/** Virtual seconds. */
const PATIENCE = 600;

/** Bytes. */
const MIB = 2 ** 20;

/** Of the sums of the file: a guest reckons them many times faster than SHA-256. */
const MD5_DIGITS = 32;

/** The server's file lies in a tmpfs, which holds at most half of what the guest has. */
const serverMib = (mib: number): number => 128 + 2 * mib;

const guest = (number: number, memoryMib: number) =>
  machineRecord(number, {
    memoryMib,
    nics: [{ id: 'eth0', mac: `00:16:3e:00:01:0${number}`, network: 'bridge0', connected: true }],
  });

async function ready(instance: FastInstance, number: number, memoryMib: number): Promise<string> {
  const machine = guest(number, memoryMib);
  await instance.boot(machine);
  await instance.expect(machine.id, /# [^\n]*$/, PATIENCE);
  const address = /inet (\d+\.\d+\.\d+\.\d+)\//.exec(await instance.run(machine.id, 'ip -4 addr show eth0'))?.[1];
  if (address === undefined) throw new Error(`${machine.id} has no address`);
  return address;
}

/** Pings, a line by nc, and a file by wget; its sum must be that of the original. @returns MiB a second */
async function reach(instance: FastInstance, id: string, server: string, mib: number, sum: string): Promise<number> {
  const ping = await instance.run(id, `ping -c 3 ${server} | grep loss`, PATIENCE);
  if (!/ 0% packet loss/.test(ping)) throw new Error(`${id} does not reach ${server}: ${ping}`);
  const said = (await instance.run(id, `printf "GET /note HTTP/1.0\\r\\n\\r\\n" | nc ${server} 80 | tail -1`, PATIENCE)).trim();
  if (said !== 'hello') throw new Error(`${server} answers ${id} by TCP: ${said}`);
  await instance.run(id, 'a=$(cut -d" " -f1 /proc/uptime)');
  const fetched = await instance.run(id, `wget -q -O - http://${server}/file | md5sum`, PATIENCE);
  if (!fetched.startsWith(sum)) throw new Error(`${id} fetched ${fetched.trim()} instead of ${sum}`);
  const [before = 0, after = 0] = (await instance.run(id, 'echo $a; cut -d" " -f1 /proc/uptime')).split('\n').map(Number);
  return mib / (after - before);
}

/** @param mib size of the file that is fetched */
export async function networkJourney(mib: number): Promise<NetworkReadings> {
  const fabric = createFabric();
  const near = new FastInstance({ flavour: 'xen', memoryMib: 1024, fabric });
  const far = new FastInstance({ flavour: 'kvm', memoryMib: 512, fabric });
  try {
    for (const instance of [near, far]) await instance.lay();
    near.accompany(far);
    far.accompany(near);
    const server = await ready(near, 1, serverMib(mib));
    await ready(near, 2, 96);
    await ready(far, 3, 96);
    await near.run('i1.1', `dd if=/dev/urandom of=/tmp/file bs=1M count=${mib} 2>/dev/null`, PATIENCE);
    const bytes = Number(await near.run('i1.1', 'wc -c < /tmp/file', PATIENCE));
    if (bytes !== mib * MIB) throw new Error(`the file has ${bytes} bytes instead of ${mib} MiB`);
    await near.run('i1.1', 'echo hello > /tmp/note; httpd -p 80 -h /tmp');
    const sum = (await near.run('i1.1', 'md5sum < /tmp/file', PATIENCE)).slice(0, MD5_DIGITS);
    return {
      near: await reach(near, 'i1.2', server, mib, sum),
      far: await reach(far, 'i1.3', server, mib, sum),
    };
  } finally {
    near.close();
    far.close();
  }
}
