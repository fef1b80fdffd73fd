/** What a container called, by name. */
export class HvmStatistics {
  readonly counts = new Map<string, number>();
  /** Calls without handler. */
  readonly missing = new Map<string, number>();
  failures = 0;
}
