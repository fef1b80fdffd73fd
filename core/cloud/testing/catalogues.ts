/** The catalogues of the application, read for tests. */
import { readFileSync } from 'node:fs';
import { type Catalogue, parseCatalogue } from '../catalogue.ts';

export const CATALOGUES = ['ec2-2012', 'ec2-xen', 'gce-kvm'] as const;

const read = (id: string): string => readFileSync(new URL(`../../../assets/catalogues/${id}.json`, import.meta.url), 'utf8');

export const catalogueText = read;
export const catalogueOf = (id: (typeof CATALOGUES)[number]): Catalogue => parseCatalogue(read(id));
