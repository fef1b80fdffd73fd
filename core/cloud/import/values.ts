/** Numbers as price lists write them: with units, commas and words for nothing. */

/** "16 GiB", "1,952 GiB", "3.75" → number; undefined if there is none. */
export function numberIn(text: string | undefined): number | undefined {
  const match = /^\s*(\d[\d,]*(?:\.\d+)?|\.\d+)/.exec(text ?? '');
  if (match === null) return undefined;
  const value = Number((match[1] ?? '').replaceAll(',', ''));
  return Number.isFinite(value) ? value : undefined;
}

/** "4 x 420", "1 x 950 NVMe SSD", "EBS only", "900 GB" → GB that come with the instance; undefined if unreadable. */
export function diskGb(text: string | undefined): number | undefined {
  const plain = (text ?? '').trim();
  if (plain === '' || /^(ebs[ -]?only|na|n\/a|none)$/i.test(plain)) return 0;
  const several = /^(\d+)\s*x\s*([\d,.]+)/i.exec(plain);
  if (several !== null) return Number(several[1]) * Number((several[2] ?? '').replaceAll(',', ''));
  return numberIn(plain);
}

/** "10 Gigabit", "Up to 25 Gigabit", "500 Megabit" → Mbit/s; null for words such as Moderate. */
export function networkMbps(text: string | undefined): number | null {
  const match = /([\d.]+)\s*(gigabit|gbps|gb|megabit|mbps)/i.exec(text ?? '');
  if (match === null) return null;
  const value = Number(match[1]) * (/^g/i.test(match[2] ?? '') ? 1000 : 1);
  return Number.isFinite(value) && value > 0 ? value : null;
}

/** A price as an exact decimal string; undefined if it is not one. "0.0850000000" stays as it is. */
export function priceText(text: unknown): string | undefined {
  const plain = typeof text === 'number' ? String(text) : typeof text === 'string' ? text.trim() : '';
  return /^\d{1,15}(\.\d{1,20})?([eE][+-]?\d{1,2})?$/.test(plain) ? plain : undefined;
}
