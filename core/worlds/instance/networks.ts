/** The network of an instance as the window sees it: one bridge with a gateway that leases addresses. */
import { Refusal } from '../../base/refusal.ts';
import type { Machine } from '../../contract/fleet.ts';
import type { Lease, Network } from '../../contract/storage.ts';
import type { WorldNetworks } from '../desk.ts';
import type { Fabric } from '../fabric.ts';

/** Leases have no end while the instance lives; the gateway renews them. */
const LEASE_MILLISECONDS = 86_400_000;
export const BRIDGE = 'bridge0';

export function fabricNetworks(fabric: Fabric, instance: string, machines: () => readonly Machine[]): WorldNetworks {
  const bridge = (): Network => ({
    id: BRIDGE,
    name: BRIDGE,
    instance,
    kind: 'bridge',
    subnet: fabric.subnet,
    gateway: fabric.address,
    dhcp: true,
    dhcpFrom: fabric.first,
    dhcpTo: fabric.last,
    state: 'up',
    machines: machines().filter((machine) => machine.nics.length > 0).length,
  });
  const leases = (): Lease[] =>
    fabric.gateway.leases().map(({ mac, address }) => ({
      network: BRIDGE,
      mac,
      address,
      machine: machines().find((machine) => machine.nics.some((nic) => nic.mac.toLowerCase() === mac))?.id ?? '',
      until: Date.now() + LEASE_MILLISECONDS,
    }));
  const refuse = (): never => {
    throw new Refusal('not-possible-here', `The instance has one network, ${BRIDGE}.`, 'Connect machines to it.');
  };
  return {
    list: () => ({ networks: [bridge()], leases: leases(), forwards: [] }),
    create: refuse,
    remove: refuse,
    addForward: refuse,
    removeForward: refuse,
  };
}
