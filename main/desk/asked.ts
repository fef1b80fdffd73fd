/** What a request is about, and what it asks for: for sending it on, and for the audit log. */

/** Fields that say which unit is meant. */
const UNITS: ReadonlySet<string> = new Set(['machine', 'machines', 'unit', 'instance']);
const PLAIN: ReadonlySet<string> = new Set(['string', 'number', 'boolean']);
/** Characters of what was asked that a row of the audit log keeps. */
const KEPT = 200;

/** The instance or machine a request is about. */
export function unitOf(request: unknown): string {
  if (typeof request !== 'object' || request === null) return '';
  const about = request as Record<string, unknown>;
  const machines = about.machines;
  const found = about.machine ?? about.unit ?? about.instance ?? (Array.isArray(machines) ? machines[0] : undefined);
  return typeof found === 'string' ? found : '';
}

/** The rest of a request as a person reads it: its plain values, one after the other. */
export function askedOf(request: unknown): string {
  if (typeof request !== 'object' || request === null) return '';
  return Object.entries(request)
    .flatMap(([name, value]) => (!UNITS.has(name) && PLAIN.has(typeof value) && value !== '' ? [`${name} ${String(value)}`] : []))
    .join(', ')
    .slice(0, KEPT);
}
