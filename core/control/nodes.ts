/** The nodes of the store that a domain finds at its start, and whose they are. */
import type { DomainControl, DomainShape } from '../seams/hypervisor.ts';
import type { LocalStore } from '../seams/platform.ts';

const CONTROL_DOMAIN = 0;
/** Subtrees that the guest writes itself. */
const OF_THE_GUEST = [
  'control/shutdown',
  'control/sysrq',
  'control/feature-poweroff',
  'control/feature-reboot',
  'control/feature-suspend',
  'data',
  'drivers',
  'feature',
  'attr',
  'error',
  'device',
  'device/suspend',
  'device/suspend/event-channel',
];

export const domainRoot = (id: number): string => `/local/domain/${id}`;

/** 8-4-4-4-12 digits. */
const formatUuid = (uuid: Uint8Array): string => {
  const digits = [...uuid].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

/** Paths that go when the domain goes. */
export const domainPaths = (id: number, spec: DomainShape): string[] => [domainRoot(id), `/vm/${formatUuid(spec.uuid)}`];

export const writeDomainNodes = (
  store: LocalStore,
  domain: Pick<DomainControl, 'id' | 'rings'>,
  spec: DomainShape,
  online: number,
): void => {
  const root = domainRoot(domain.id);
  const vm = `/vm/${formatUuid(spec.uuid)}`;
  const write = (path: string, value: string | number): void => store.write(`${root}/${path}`, String(value));
  store.write(vm, '');
  store.setPermissions(vm, [`n${CONTROL_DOMAIN}`, `r${domain.id}`]);
  store.write(`${vm}/name`, spec.name);
  store.write(`${vm}/uuid`, formatUuid(spec.uuid));
  store.write(`${vm}/image/ostype`, 'linux');
  store.write(`${vm}/image/cmdline`, spec.commandLine);
  store.write(root, '');
  store.setPermissions(root, [`n${CONTROL_DOMAIN}`, `r${domain.id}`]);
  write('vm', vm);
  write('name', spec.name);
  write('domid', domain.id);
  write('memory/static-max', spec.maximumPages * 4);
  write('memory/target', spec.pages * 4);
  write('memory/videoram', 0);
  write('store/port', domain.rings.store.port);
  write('store/ring-ref', domain.rings.store.frame);
  write('console/backend', `${domainRoot(CONTROL_DOMAIN)}/backend/console/${domain.id}/0`);
  write('console/backend-id', CONTROL_DOMAIN);
  write('console/limit', 1_048_576);
  write('console/type', 'xenconsoled');
  write('console/output', 'pty');
  write('console/tty', '');
  write('console/port', domain.rings.console.port);
  write('console/ring-ref', domain.rings.console.frame);
  for (let vcpu = 0; vcpu < spec.vcpus; vcpu++) write(`cpu/${vcpu}/availability`, vcpu < online ? 'online' : 'offline');
  write('control/platform-feature-multiprocessor-suspend', 1);
  write('control/platform-feature-xs_reset_watches', 1);
  for (const path of OF_THE_GUEST) {
    write(path, '');
    store.setPermissions(`${root}/${path}`, [`n${domain.id}`]);
  }
};
