/**
 * The colours and measures of the window. Colours are named after what dyes wool: indigo, madder, weld, woad, moss.
 * Every text colour has at least 4.5:1 on every surface it is used on; states differ in shape as well as in colour.
 */

export interface Tokens {
  readonly paper: string;
  readonly surface: string;
  readonly raised: string;
  readonly sunk: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly ink: string;
  readonly ink2: string;
  readonly ink3: string;
  readonly accent: string;
  readonly accentInk: string;
  readonly accentSoft: string;
  readonly onAccent: string;
  readonly running: string;
  readonly paused: string;
  readonly failed: string;
  readonly lost: string;
  readonly busy: string;
  readonly runningSoft: string;
  readonly pausedSoft: string;
  readonly failedSoft: string;
  readonly lostSoft: string;
  readonly shadow: string;
  /** Categories of a chart, in the order they are given out. Neighbours differ in lightness, too. */
  readonly threads: readonly string[];
}

export const LIGHT: Tokens = {
  paper: '#f4f2ee',
  surface: '#ffffff',
  raised: '#ffffff',
  sunk: '#ebe8e2',
  line: '#e2ded6',
  lineStrong: '#c5bfb4',
  ink: '#1d1f23',
  ink2: '#53565d',
  ink3: '#666970',
  accent: '#32509f',
  accentInk: '#2b4690',
  accentSoft: '#e6eaf6',
  onAccent: '#ffffff',
  running: '#0d6e5d',
  paused: '#7d5a05',
  failed: '#a8342a',
  lost: '#86397a',
  busy: '#32509f',
  runningSoft: '#dcefe9',
  pausedSoft: '#f6ebcf',
  failedSoft: '#f8e2de',
  lostSoft: '#f3e2f0',
  shadow: '0 1px 2px rgb(40 34 24 / 6%), 0 8px 28px rgb(40 34 24 / 10%)',
  threads: ['#3b5bb0', '#c98f1f', '#2a8a80', '#b2503a', '#6c7f9c', '#7f9a3c', '#86508a', '#9b7350', '#4da3c7', '#d07f8d'],
};

export const DARK: Tokens = {
  paper: '#131517',
  surface: '#1a1d20',
  raised: '#212529',
  sunk: '#0f1113',
  line: '#2a2e33',
  lineStrong: '#424850',
  ink: '#e9e6e0',
  ink2: '#b0b3b8',
  ink3: '#969aa1',
  accent: '#8ea8f2',
  accentInk: '#a5baf6',
  accentSoft: '#232b42',
  onAccent: '#10131c',
  running: '#56c5aa',
  paused: '#e0b850',
  failed: '#f0897e',
  lost: '#dba0d2',
  busy: '#8ea8f2',
  runningSoft: '#17322c',
  pausedSoft: '#352c14',
  failedSoft: '#3b2220',
  lostSoft: '#352433',
  shadow: '0 1px 2px rgb(0 0 0 / 40%), 0 12px 36px rgb(0 0 0 / 50%)',
  threads: ['#7c97e8', '#e2b355', '#4fb8ab', '#de7d66', '#98a8c2', '#a8c265', '#b884bd', '#c79d75', '#7cc4e2', '#e8a5b0'],
};

/** The tokens as CSS variables: `accentSoft` becomes `--accent-soft`. */
export function asVariables(tokens: Tokens): Record<string, string> {
  const entries = Object.entries(tokens).flatMap(([name, value]: [string, string | readonly string[]]) =>
    typeof value === 'string' ? [[variable(name), value] as const] : value.map((it, index) => [`--thread-${index}`, it] as const),
  );
  return Object.fromEntries(entries);
}

const variable = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/(\D)(\d)$/, '$1-$2')}`;
export const THREADS = LIGHT.threads.length;

/** The colour of the machine at this place among its neighbours: threads in turn, nearer to the ink with every round. */
export function toneOf(index: number): string {
  const thread = `var(--thread-${index % THREADS})`;
  const round = Math.floor(index / THREADS);
  return round === 0 ? thread : `color-mix(in oklab, ${thread} ${Math.max(40, 100 - 30 * round)}%, var(--ink))`;
}
