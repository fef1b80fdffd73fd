/** The switches that show what nesting costs, for the commands that make a rented machine. */
import { Option } from 'commander';
import type { LayOptions } from '../worlds/desk.ts';

export interface NestingOptions {
  readonly globalPages?: boolean;
  readonly firstCpuUpcalls?: boolean;
  readonly shadowPaging?: boolean;
}

export const globalPagesOption = (): Option =>
  new Option('--global-pages', 'let Xen keep its translations global: on the Blanket two exits each time the domain changes');

export const firstCpuUpcallsOption = (): Option =>
  new Option('--first-cpu-upcalls', 'let a Xen below announce its events at the first CPU only, which passes them on');

export const shadowPagingOption = (): Option =>
  new Option('--shadow-paging', 'of a rented machine: its provider has no nested paging, so page tables cost exits');

/** What is for the Blanket itself; the rest is for its provider. */
export const layOptionsOf = ({ globalPages = false, firstCpuUpcalls = false }: NestingOptions): LayOptions => ({
  globalPages,
  perCpuUpcalls: !firstCpuUpcalls,
});
