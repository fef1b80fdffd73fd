/** Numbers for people: few digits, always a unit, the same width wherever possible. */

const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
export const whole = (value: number): string => plain.format(value);

/** Three digits that matter. */
export function brief(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  return size >= 100 || Number.isInteger(value) ? whole(value) : value.toFixed(size >= 10 ? 1 : 2);
}

/** Four digits that count, and none that do not: for tables, axes and figures whose size is not known. */
export const significant = (value: number): string =>
  Number.isFinite(value) ? Number(value.toPrecision(4)).toLocaleString('en', { maximumSignificantDigits: 6 }) : '–';

export const percent = (value: number): string => `${value >= 9.95 || value < 0.05 ? whole(value) : value.toFixed(1)} %`;

const BYTES = ['B', 'KB', 'MB', 'GB', 'TB'] as const;
export function bytes(value: number): string {
  let unit = 0;
  let size = value;
  while (size >= 1000 && unit < BYTES.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(size) : size >= 99.5 ? Math.round(size) : size.toFixed(1)} ${BYTES[unit] ?? ''}`;
}
export const byteRate = (value: number): string => `${bytes(value)}/s`;

/** Of what is shared out in powers of two: memory, and the disks of machines. */
export function memory(mib: number): string {
  if (mib > 0 && mib < 1) return `${Math.max(1, Math.round(mib * 1024))} KiB`;
  if (mib >= 1024) {
    const gib = mib / 1024;
    return `${gib >= 100 || Number.isInteger(gib) ? whole(gib) : gib.toFixed(1)} GiB`;
  }
  return `${Math.round(mib)} MiB`;
}

const SIGNS: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£' };
/** Prices need more digits the smaller they are. */
export function money(value: number, currency = 'USD', digits?: number): string {
  const size = Math.abs(value);
  const places = digits ?? (size === 0 || size >= 1 ? 2 : size >= 0.1 ? 3 : 4);
  const text = new Intl.NumberFormat('en', { minimumFractionDigits: places, maximumFractionDigits: places }).format(value);
  const sign = SIGNS[currency];
  return sign === undefined ? `${text} ${currency}` : `${sign}${text}`;
}

export function duration(seconds: number): string {
  if (seconds < 1) return 'less than 1 s';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = seconds / 60;
  if (minutes < 90) return `${Math.round(minutes)} min`;
  const hours = minutes / 60;
  return hours < 48
    ? `${Math.floor(hours)} h ${Math.round(minutes % 60)} min`
    : `${Math.floor(hours / 24)} d ${Math.round(hours % 24)} h`;
}

const clockFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
export const clock = (at: number): string => clockFormat.format(at);
export const dayClock = (at: number): string => (Date.now() - at < 43_200_000 ? clockFormat : dayFormat).format(at);

/** 2.5 for 5 of 2, said as what is divided by what elsewhere. */
export const ratio = (a: number, b: number): string => (b <= 0 ? '–' : `${brief(a / b)}:1`);
