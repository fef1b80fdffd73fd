/** The networks of an instance: the bridge to the provider, and inner ones with a gateway of their own, alone or with a way out. */
import * as z from 'zod';
import { Refusal } from '../../base/refusal.ts';
import type { Machine } from '../../contract/fleet.ts';
import {
  type Forward,
  forward as forwardSchema,
  type Lease,
  type Network,
  network as networkSchema,
} from '../../contract/storage.ts';
import { createGateway, type Gateway } from '../../network/gateway.ts';
import { formatIp, parseIp } from '../../network/packet.ts';
import { createRouter, type Router } from '../../network/router.ts';
import { createSwitch, type Switch } from '../../network/switch.ts';
import type { FramePort } from '../../seams/plugs.ts';
import type { WorldFiles, WorldNetworks } from '../desk.ts';
import { type Fabric, macOf } from '../fabric.ts';

/** Leases have no end while the instance lives; the gateways renew them. */
const LEASE_MILLISECONDS = 86_400_000;
const BRIDGE = 'bridge0';
const FILE = 'networks.json';
/** Numbers of the cards of inner gateways and routers; machines count from the other end. */
const CARDS = 0xff_0000;
/** Addresses of routers on the bridge: the last ones, which its gateway leases last. */
const ROUTERS = { prefix: 16, last: parseIp('10.77.255.254') } as const;

/** A network with the number of its cards and of its router's address, which no other gets. */
const inner = networkSchema.extend({ number: z.number() });
type Inner = z.output<typeof inner>;
const document = z.object({ next: z.number(), networks: z.array(inner), forwards: z.array(forwardSchema) });
type Document = z.output<typeof document>;
type Plug = FramePort & { unplug(): void };

/** What of a network exists while the Blanket lies. */
interface Wires {
  readonly inside: Switch;
  readonly gateway: Gateway;
  readonly router: Router | undefined;
}

interface Around {
  readonly fabric: Fabric;
  readonly instance: string;
  readonly files: WorldFiles;
  machines(): readonly Machine[];
  /** A plug on the bridge to the provider. */
  plugOut(name: string): Plug;
  now(): number;
}

export class InstanceNetworks implements WorldNetworks {
  readonly #wires = new Map<string, Wires>();
  readonly #kept: Document;

  constructor(private readonly around: Around) {
    const bytes = around.files.read(FILE);
    this.#kept =
      bytes === undefined ? { next: 1, networks: [], forwards: [] } : document.parse(JSON.parse(new TextDecoder().decode(bytes)));
  }

  /** A plug for a card of a machine; a network of no known name is the bridge. */
  plug(network: string, name: string): Plug {
    const inner = this.#kept.networks.find((it) => it.name === network);
    return inner === undefined ? this.around.plugOut(name) : this.#wiresOf(inner).inside.plug(name);
  }

  /** The Blanket is laid anew: nothing is plugged in any more. */
  reset(): void {
    this.#wires.clear();
  }

  /** Addresses that were leased, of all networks. */
  leased(): { network: string; mac: string; address: string }[] {
    const inner = this.#kept.networks.flatMap(({ name }) =>
      (this.#wires.get(name)?.gateway.leases() ?? []).map((lease) => ({ network: name, ...lease })),
    );
    return [...this.around.fabric.gateway.leases().map((lease) => ({ network: BRIDGE, ...lease })), ...inner];
  }

  list(): { networks: Network[]; leases: Lease[]; forwards: Forward[] } {
    const machines = this.around.machines();
    const owner = (mac: string): string =>
      machines.find((machine) => machine.nics.some((nic) => nic.mac.toLowerCase() === mac))?.id ?? '';
    const on = (name: string): number =>
      machines.filter((machine) => machine.nics.some((nic) => this.#nameOf(nic.network) === name)).length;
    return {
      networks: [this.#bridge(), ...this.#kept.networks].map((network) => ({ ...network, machines: on(network.name) })),
      leases: this.leased()
        .map((lease) => ({ ...lease, machine: owner(lease.mac), until: this.around.now() + LEASE_MILLISECONDS }))
        .filter((lease) => lease.machine !== ''),
      forwards: [...this.#kept.forwards],
    };
  }

  create(wanted: Parameters<WorldNetworks['create']>[0]): Network {
    if (wanted.kind === 'bridge')
      throw new Refusal('not-possible-here', `The instance has one bridge, ${BRIDGE}.`, 'Make a network of another kind.');
    const taken = [this.#bridge(), ...this.#kept.networks].find(
      (it) => it.name === wanted.name || overlaps(it.subnet, wanted.subnet),
    );
    if (taken !== undefined)
      throw new Refusal(
        'network-taken',
        `The name or the addresses are those of ${taken.name} (${taken.subnet}).`,
        'Choose another name, and a subnet that no other network has.',
      );
    const made: Inner = {
      ...wanted,
      id: wanted.name,
      instance: this.around.instance,
      state: 'up',
      machines: 0,
      outside: '',
      number: this.#kept.next++,
    };
    if (made.kind === 'nat') made.outside = formatIp(outsideOf(made));
    this.#kept.networks.push(made);
    this.#write();
    return made;
  }

  remove(id: string): void {
    const found = this.#known(id);
    const machine = this.around.machines().find((it) => it.nics.some((nic) => nic.network === found.name));
    if (machine !== undefined)
      throw new Refusal('network-used', `${machine.name} is on ${found.name}.`, 'Take its card away, or delete it.');
    this.#kept.networks = this.#kept.networks.filter((it) => it.id !== id);
    this.#kept.forwards = this.#kept.forwards.filter((it) => it.network !== id);
    this.#wires.delete(found.name);
    this.#write();
  }

  addForward(wanted: Parameters<WorldNetworks['addForward']>[0]): Forward {
    const found = this.#known(wanted.network);
    if (found.kind !== 'nat')
      throw new Refusal('not-possible-here', `${found.name} has no way out to forward from.`, 'Choose a network with NAT.');
    if (this.#kept.forwards.some((it) => it.network === found.id && it.protocol === wanted.protocol && it.port === wanted.port))
      throw new Refusal('port-taken', `The port ${wanted.port} of ${found.name} is forwarded already.`, 'Choose another port.');
    const made: Forward = { ...wanted, id: `f${this.#kept.next++}` };
    this.#kept.forwards.push(made);
    this.#wires.get(found.name)?.router?.translation.forward(made.protocol, made.port, parseIp(made.toAddress), made.toPort);
    this.#write();
    return made;
  }

  removeForward(id: string): void {
    const gone = this.#kept.forwards.find((it) => it.id === id);
    if (gone === undefined) return;
    this.#kept.forwards = this.#kept.forwards.filter((it) => it !== gone);
    const found = this.#kept.networks.find((it) => it.id === gone.network);
    this.#wires.get(found?.name ?? '')?.router?.translation.unforward(gone.protocol, gone.port);
    this.#write();
  }

  #wiresOf(network: Inner): Wires {
    const there = this.#wires.get(network.name);
    if (there !== undefined) return there;
    const made = this.#build(network);
    this.#wires.set(network.name, made);
    return made;
  }

  #build(network: Inner): Wires {
    const { fabric } = this.around;
    const { number } = network;
    const inside = createSwitch();
    const inner = {
      address: parseIp(network.gateway),
      prefix: Number(network.subnet.split('/')[1]),
      mac: macOf(CARDS + 2 * number),
      range: network.dhcp ? { first: parseIp(network.dhcpFrom), last: parseIp(network.dhcpTo) } : null,
    };
    const port = inside.plug('gateway');
    if (network.kind !== 'nat') return { inside, gateway: createGateway(port, inner), router: undefined };
    const outer = {
      address: outsideOf(network),
      prefix: ROUTERS.prefix,
      mac: macOf(CARDS + 2 * number + 1),
      gateway: parseIp(fabric.address),
    };
    fabric.gateway.reserve(macText(outer.mac), outer.address);
    const router = createRouter(port, inner, this.around.plugOut(network.name), outer);
    for (const it of this.#kept.forwards)
      if (it.network === network.id) router.translation.forward(it.protocol, it.port, parseIp(it.toAddress), it.toPort);
    return { inside, gateway: router.gateway, router };
  }

  /** The network a card is really on. */
  #nameOf(name: string): string {
    return this.#kept.networks.some((it) => it.name === name) ? name : BRIDGE;
  }

  #known(id: string): Inner {
    const found = this.#kept.networks.find((it) => it.id === id);
    if (found === undefined)
      throw new Refusal('not-possible-here', `${id} cannot be changed.`, 'Choose a network that was made here.');
    return found;
  }

  #bridge(): Network {
    const { fabric, instance } = this.around;
    return {
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
      machines: 0,
      outside: '',
    };
  }

  #write(): void {
    this.around.files.write(FILE, [new TextEncoder().encode(JSON.stringify(this.#kept))]);
  }
}

/** The address of its router on the bridge. */
const outsideOf = ({ number }: Inner): number => ROUTERS.last - number;

const macText = (mac: Uint8Array): string => Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join(':');

/** Whether two subnets share addresses. */
function overlaps(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => {
    const [address = '', prefix = '32'] = text.split('/');
    return { address: parseIp(address), prefix: Number(prefix) };
  });
  if (first === undefined || second === undefined) return false;
  const bits = Math.min(first.prefix, second.prefix);
  const size = 2 ** (32 - bits);
  return Math.floor(first.address / size) === Math.floor(second.address / size);
}
