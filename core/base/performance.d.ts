/** The clock of the JavaScript host; Node's own types describe it for everything outside core. For statistics only: no guest sees it. */

declare const performance: {
  /** Milliseconds since some moment of the past. */
  now(): number;
};
