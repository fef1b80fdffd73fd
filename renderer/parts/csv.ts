/** Rows as a CSV file: quoted where needed, in UTF-8, lines ended as the format says. */

const cell = (value: string | number): string => {
  const text = String(value);
  // A leading sign would be taken for a formula by a spreadsheet.
  const safe = typeof value === 'string' && /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

export function csvOf(rows: readonly (readonly (string | number)[])[]): Uint8Array {
  return new TextEncoder().encode(
    rows
      .map((row) => row.map(cell).join(','))
      .join('\r\n')
      .concat('\r\n'),
  );
}
