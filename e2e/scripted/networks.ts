/** Networks of a scripted world: a list with one of them there from the start. */
import type { Machine } from '../../core/contract/fleet.ts';
import type { Forward, Network } from '../../core/contract/storage.ts';
import type { WorldNetworks } from '../../core/worlds/desk.ts';

export function scriptedNetworks(instance: string, machines: () => Machine[]): WorldNetworks {
  const networks: Network[] = [
    {
      id: 'default',
      name: 'default',
      instance,
      kind: 'nat',
      subnet: '10.0.0.0/24',
      gateway: '10.0.0.1',
      dhcp: true,
      dhcpFrom: '10.0.0.10',
      dhcpTo: '10.0.0.250',
      state: 'up',
      machines: 0,
      outside: '10.77.255.253',
    },
  ];
  let forwards: Forward[] = [];
  return {
    list: () => ({
      networks: networks.map((it) => ({
        ...it,
        machines: machines().filter((machine) => machine.nics.some((nic) => nic.network === it.name)).length,
      })),
      leases: machines().flatMap((machine) =>
        machine.nics.map((nic) => ({
          network: nic.network,
          mac: nic.mac,
          address: `10.0.0.${(Number(machine.id.split('.')[1]) & 0xff) + 9}`,
          machine: machine.id,
          until: Date.now() + 3_600_000,
        })),
      ),
      forwards,
    }),
    create: (network) => {
      const made: Network = {
        ...network,
        id: network.name,
        instance,
        state: 'up',
        machines: 0,
        outside: network.kind === 'nat' ? '10.77.255.252' : '',
      };
      networks.push(made);
      return made;
    },
    remove: (id) => {
      const at = networks.findIndex((it) => it.id === id);
      if (at >= 0) networks.splice(at, 1);
    },
    addForward: (forward) => {
      const made = { ...forward, id: `f${forwards.length + 1}` };
      forwards.push(made);
      return made;
    },
    removeForward: (id) => {
      forwards = forwards.filter((it) => it.id !== id);
    },
  };
}
