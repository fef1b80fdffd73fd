/** `npm test`: everything a change must pass, in order; the last lines say what ran and how long it took. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
/** Characters shown of one page. */
const EVIDENCE_LIMIT = 6000;
const reports = mkdtempSync(join(tmpdir(), 'blanket-test-'));

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** Reads how many tests ran from the report that the step has written. */
  count?(): Count;
  /** What a failure leaves in files, for those who see only this output. */
  evidence?(): readonly string[];
}

const report = (name: string): string => join(reports, `${name}.json`);
const read = <T>(name: string): T => JSON.parse(readFileSync(report(name), 'utf8')) as T;
const npm = (...args: string[]): readonly string[] => ['npm', 'run', '--silent', ...args];
const npx = (...args: string[]): readonly string[] => ['npx', '--no-install', ...args];

const STEPS: readonly Step[] = [
  { name: 'interpreter', command: npm('build:hot') },
  { name: 'types, lint, generated files', command: npm('check') },
  {
    name: 'tests',
    command: npx('vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report('vitest')}`),
    count: () => {
      const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = read<{
        numPassedTests: number;
        numFailedTests: number;
        numPendingTests: number;
        numTodoTests: number;
      }>('vitest');
      return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
    },
  },
  {
    name: 'end-to-end tests',
    command: npx('playwright', 'test', '-c', 'e2e/playwright.config.ts', '--grep-invert', '@budget'),
    count: () => {
      const { stats } = read<{ stats: { expected: number; unexpected: number; flaky: number; skipped: number } }>('playwright');
      return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
    },
    evidence: pagesOfFailures,
  },
];

const clock = (milliseconds: number): string =>
  `${Math.floor(milliseconds / 60_000)} min ${String(Math.round((milliseconds % 60_000) / 1000)).padStart(2, '0')} s`;

function run(): number {
  const began = Date.now();
  const lines: string[] = [];
  let status = 0;
  for (const { name, command, count, evidence } of STEPS) {
    const at = Date.now();
    const [program = '', ...args] = command;
    const ended = spawnSync(program, args, {
      cwd: root,
      stdio: 'inherit',
      shell: process.platform === 'win32',
      env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: report('playwright') },
    });
    status = ended.status ?? 1;
    lines.push(`${status === 0 ? 'ok    ' : 'failed'} ${name}${counted(count)} in ${clock(Date.now() - at)}`);
    if (status !== 0) {
      for (const text of evidence?.() ?? []) console.log(`\n${text}`);
      break;
    }
  }
  console.log(`\n${lines.join('\n')}\n${status === 0 ? 'All passed' : 'Not passed'} in ${clock(Date.now() - began)}.`);
  return status;
}

/** What each failed test saw in the window, as the driver wrote it down. */
function pagesOfFailures(): string[] {
  const folder = join(root, 'test-results');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('error-context.md'))
    .map((name) => `${name}\n${readFileSync(join(folder, name), 'utf8').slice(0, EVIDENCE_LIMIT)}`);
}

/** What the report says; a step that ended before it could write one has none. */
function counted(count: Step['count']): string {
  if (count === undefined) return '';
  try {
    const { passed, failed, skipped } = count();
    return `: ${passed} passed, ${failed} failed, ${skipped} skipped,`;
  } catch {
    return ' (without a report)';
  }
}

process.exit(run());
