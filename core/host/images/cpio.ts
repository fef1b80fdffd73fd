/** Archives in the "new ASCII" cpio format, from which Linux unpacks its initial RAM disk. */
import { concatenate, textBytes } from '../../base/bytes.ts';

export interface ArchiveEntry {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link' | 'character-device';
  /** Permission bits; 0755 unless given. */
  readonly mode?: number;
  /** Bytes of a file, target of a link. */
  readonly content?: Uint8Array;
  readonly device?: readonly [major: number, minor: number];
}

const TYPES = { file: 0o100000, folder: 0o040000, link: 0o120000, 'character-device': 0o020000 } as const;

const pad = (length: number): Uint8Array => new Uint8Array((4 - (length % 4)) % 4);

/** Header: magic and thirteen eight-digit hexadecimal fields; name and content are padded to four bytes. */
function record(entry: ArchiveEntry, inode: number): Uint8Array[] {
  const name = textBytes(`${entry.path}\0`);
  const content = entry.content ?? new Uint8Array(0);
  const [major, minor] = entry.device ?? [0, 0];
  const fields = [
    inode,
    TYPES[entry.kind] | (entry.mode ?? 0o755),
    0, // owner
    0, // group
    entry.kind === 'folder' ? 2 : 1,
    0, // time: the archive depends on nothing but its content
    content.length,
    0,
    0, // device it was on
    major,
    minor,
    name.length,
    0, // checksum, unused in this format
  ];
  const header = textBytes(`070701${fields.map((field) => field.toString(16).toUpperCase().padStart(8, '0')).join('')}`);
  return [header, name, pad(header.length + name.length), content, pad(content.length)];
}

export function cpio(entries: readonly ArchiveEntry[]): Uint8Array {
  const parts = entries.flatMap((entry, index) => record(entry, index + 1));
  return concatenate([...parts, ...record({ path: 'TRAILER!!!', kind: 'file', mode: 0 }, 0)]);
}
