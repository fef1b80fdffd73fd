/**
 * What a guest is put through: busybox's own applets over much data, whose results are known beforehand, and storms of
 * processes, pipes, signals and swapping. One shell script, made for a size; each part prints its name and `ok`.
 */
import { createHash } from 'node:crypto';

export interface TortureSize {
  /** MiB of text that the applets go over. */
  readonly megabytes: number;
  /** Processes of the storms. */
  readonly processes: number;
  /** Copies of that text which are held at once: with the text itself more than fits in memory. */
  readonly copies: number;
  /** Elements of an array that is held beside them. */
  readonly elements: number;
}

/** For the 256 MiB of memory that the command gives if not told otherwise. */
export const SIZES = {
  short: { megabytes: 2, processes: 100, copies: 120, elements: 50_000 },
  medium: { megabytes: 20, processes: 600, copies: 12, elements: 400_000 },
  full: { megabytes: 200, processes: 3000, copies: 1, elements: 2_500_000 },
} as const satisfies Record<string, TortureSize>;

/** Lines of one length (eight digits and a line end), so that their number follows from the size. */
const LINE_BYTES = 9;
const FIRST_LINE = 10_000_000;
/** Sorting and floating point go over a part: they take much longer for each byte. */
const SORTED_PER_MEGABYTE = 4_000;
const TERMS_PER_MEGABYTE = 2_000;
const NEWTON_STEPS = 5;
/** Few enough for names of one digit, which sort as numbers do. */
const TAR_PARTS = 10;

/** SHA-256 of the numbers from FIRST_LINE on, one a line. */
function knownSum(lines: number): string {
  const hash = createHash('sha256');
  const PIECE = 10_000;
  for (let from = 0; from < lines; from += PIECE) {
    const numbers = Array.from({ length: Math.min(PIECE, lines - from) }, (_, index) => FIRST_LINE + from + index);
    hash.update(`${numbers.join('\n')}\n`);
  }
  return hash.digest('hex');
}

/**
 * The sums that awk is to find with what IEEE 754 rounds in one way only, to the last digit (Debian's busybox has no
 * mathematical library): a harmonic series, square roots by Newton's method, and an alternating series.
 */
function knownFloats(terms: number): string {
  let [harmonic, roots, alternating] = [0, 0, 0];
  for (let i = 1; i <= terms; i++) {
    let root = (i + 1) / 2;
    for (let step = 0; step < NEWTON_STEPS; step++) root = (root + i / root) / 2;
    harmonic += 1 / i;
    roots += root;
    alternating = 4 / (2 * i - 1) - alternating;
  }
  return `${harmonic.toFixed(14)} ${roots.toFixed(6)} ${alternating.toFixed(14)}`;
}

export const DONE = 'torture: passed';

export function tortureScript({ megabytes, processes, copies, elements }: TortureSize): string {
  const lines = Math.floor((megabytes * 2 ** 20) / LINE_BYTES);
  const last = FIRST_LINE + lines - 1;
  const sorted = megabytes * SORTED_PER_MEGABYTE;
  const terms = megabytes * TERMS_PER_MEGABYTE;
  const partBlocks = Math.ceil((megabytes * 1024) / TAR_PARTS);
  const sum = knownSum(lines);
  return `set -e
say() { echo "torture: $*"; }
must() { [ "$2" = "$3" ] || { say "$1 FAILED: $2 instead of $3"; exit 1; }; say "$1 ok"; }
sum() { sha256sum | cut -d' ' -f1; }

mkswap /dev/swap >/dev/null
swapon /dev/swap
mkdir -p /data
mount -t tmpfs -o size=${(copies + 2) * megabytes + 64}m data /data
cd /data

seq ${FIRST_LINE} ${last} >numbers
must 'sum of the data' "$(sum <numbers)" ${sum}
gzip -c numbers >packed.gz
must 'gzip and back' "$(gzip -dc packed.gz | sum)" ${sum}
rm packed.gz
must 'a chain of pipes' "$(cat numbers | tr 0-9 a-j | cat | tr a-j 0-9 | dd bs=777 2>/dev/null | sum)" ${sum}
must sort "$(head -n ${sorted} numbers | awk '{ print ($1 * 7919) % 1000003, $1 }' | sort -n | sort -k2 -n | cut -d' ' -f2 | sum)" "$(head -n ${sorted} numbers | sum)"
must 'floating point' "$(awk 'BEGIN {
  n = ${terms}
  for (i = 1; i <= n; i++) {
    q = (i + 1) / 2
    for (k = 0; k < ${NEWTON_STEPS}; k++) q = (q + i / q) / 2
    h += 1 / i; r += q; a = 4 / (2 * i - 1) - a
  }
  printf "%.14f %.6f %.14f", h, r, a }')" '${knownFloats(terms)}'

mkdir tree
i=0
while [ $i -lt ${TAR_PARTS} ]; do
  dd if=numbers of=tree/part$i bs=1k skip=$((i * ${partBlocks})) count=${partBlocks} 2>/dev/null
  i=$((i + 1))
done
tar cf tree.tar tree
rm -r tree
tar xf tree.tar
must tar "$(cat tree/part* | sum)" ${sum}
rm -r tree tree.tar

n=0
while [ $n -lt ${processes} ]; do /bin/busybox true; n=$((n + 1)); done
must 'one process after the other' $n ${processes}
n=0
while [ $n -lt ${processes} ]; do
  (echo $n) >>told &
  n=$((n + 1))
  [ $((n % 100)) -gt 0 ] || wait
done
wait
must 'many processes at once' "$(sort -n told | uniq | wc -l)" ${processes}
rm told
n=0
trap 'n=$((n + 1))' USR1
i=0
while [ $i -lt ${processes} ]; do kill -USR1 $$; i=$((i + 1)); done
must signals $n ${processes}

i=0
while [ $i -lt ${copies} ]; do cp numbers copy$i; i=$((i + 1)); done
must 'an array beside copies of the data' "$(awk 'BEGIN {
  n = ${elements}
  for (i = 0; i < n; i++) a[i] = i * 3 + 1
  for (i = n - 1; i >= 0; i--) s += a[i] % 1000
  printf "%d", s }')" ${knownArray(elements)}
must 'the first copy' "$(sum <copy0)" ${sum}
must 'the last copy' "$(sum <copy${copies - 1})" ${sum}
must 'the data after that' "$(sum <numbers)" ${sum}
must 'pages went to the disk and came back' "$(awk '/^pswp(in|out) / && $2 > 0 { n++ } END { print n }' /proc/vmstat)" 2
cd /
umount /data
swapoff /dev/swap
echo '${DONE}'
exit 0
`;
}

function knownArray(elements: number): number {
  let sum = 0;
  for (let i = 0; i < elements; i++) sum += (i * 3 + 1) % 1000;
  return sum;
}
