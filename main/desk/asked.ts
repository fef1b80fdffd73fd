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
export const askedOf = (request: unknown): string => plainValues(request).join(', ').slice(0, KEPT);

function plainValues(request: unknown): string[] {
  if (typeof request !== 'object' || request === null || Object.getPrototypeOf(request) !== Object.prototype) return [];
  return Object.entries(request).flatMap(([name, value]) => {
    if (UNITS.has(name) || value === '') return [];
    return PLAIN.has(typeof value) ? [`${name} ${String(value)}`] : plainValues(value);
  });
}
