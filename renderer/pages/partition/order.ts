/** What the machines that are to be made are like, while a person still decides. */
import type { Instance, Machine } from '../../../core/contract/fleet.ts';
import { evenShare } from './fit.ts';

export interface Draft {
  readonly name: string;
  readonly count: number;
  readonly vcpus: number;
  /** Undefined: an even share of what is free. */
  readonly memoryMib: number | undefined;
  readonly diskGib: number;
  readonly weight: number;
  readonly cap: number;
  /** A kernel with its RAM disk. */
  readonly image: string;
  /** A disk of the library; empty: a new, empty disk. */
  readonly disk: string;
  /** A machine they begin as clones of; empty: from the image. */
  readonly template: string;
  /** Undefined: the first network there is; empty: none. */
  readonly network: string | undefined;
  readonly start: boolean;
  readonly autostart: boolean;
  readonly isProtected: boolean;
  readonly tags: string;
  readonly group: string;
  readonly note: string;
  readonly commandLine: string;
}

export const FIRST_DRAFT: Draft = {
  name: 'vm',
  count: 4,
  vcpus: 1,
  memoryMib: undefined,
  diskGib: 1,
  weight: 256,
  cap: 0,
  image: 'default',
  disk: '',
  template: '',
  network: undefined,
  start: true,
  autostart: false,
  isProtected: false,
  tags: '',
  group: '',
  note: '',
  commandLine: '',
};

/** An even share is not more than this unless a person asks for more, MiB. */
const MODEST = 4096;
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,55}[a-z0-9])?$/i;

export const nameFits = (draft: Draft): boolean => NAME.test(draft.name);
export const words = (text: string): string[] => text.split(/[\s,]+/).filter((it) => it !== '');

/** Memory of each, MiB. */
export function memoryOf(draft: Draft, instance: Instance, there: readonly Machine[]): number {
  const held = there.reduce((sum, it) => sum + it.memoryMib, 0);
  return draft.memoryMib ?? Math.min(MODEST, evenShare(instance, held, draft.count));
}

/** The order that the contract knows. */
export function orderOf(draft: Draft, memoryMib: number, network: string) {
  return {
    name: draft.name,
    image: draft.image,
    vcpus: draft.vcpus,
    memoryMib,
    diskMib: draft.diskGib * 1024,
    ...(draft.disk === '' ? {} : { disk: draft.disk }),
    network: draft.network ?? network,
    weight: draft.weight,
    cap: draft.cap,
    autostart: draft.autostart,
    protected: draft.isProtected,
    tags: words(draft.tags),
    group: draft.group,
    note: draft.note,
    commandLine: draft.commandLine,
  };
}
