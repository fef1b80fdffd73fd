/** `blanket boot`: starts a computer with a kernel and connects its console to the terminal. */
import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { Refusal } from '../../base/refusal.ts';
import { hostCodecs } from '../../host/codecs.ts';
import { dataFolder } from '../../host/data-folder.ts';
import { openDisk } from '../../host/disks/open.ts';
import { exists, readBytes, writeWhole } from '../../host/files.ts';
import { readyImage } from '../../host/images/prepare.ts';
import { ImageStore } from '../../host/images/store.ts';
import { png } from '../../host/png.ts';
import { MOST_CPUS } from '../../worlds/bare.ts';
import { type Bootable, hasDomains, MACHINE_NAMES, MACHINES, type MachineName } from '../../worlds/machines.ts';
import { capacityOfEcu } from '../../worlds/rented-capacity.ts';
import { reportingDisk } from '../../worlds/reporting-disk.ts';
import type { End } from '../drive.ts';
import { drive } from '../drive.ts';
import { firstCpuUpcallsOption, globalPagesOption, layOptionsOf, type NestingOptions, shadowPagingOption } from '../nesting.ts';
import { date, positiveNumber, screenSize, several, wholeNumber } from '../options.ts';
import { ENGINE } from '../shipped.ts';
import { runStatistics } from '../statistics.ts';
import { FAILURE_STATUS, TIMEOUT_STATUS } from '../status.ts';
import { openTerminal } from '../terminal.ts';

export interface BootOptions extends NestingOptions {
  readonly on: MachineName;
  readonly disk?: readonly string[];
  readonly net: 'bridge' | 'none';
  readonly domains: number;
  readonly ecu?: number;
  readonly image?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly module?: readonly string[];
  readonly append?: string;
  readonly memory: number;
  readonly vcpus: number;
  readonly clock: number;
  readonly date?: number;
  readonly screen?: { width: number; height: number };
  readonly picture?: string;
  readonly timeout?: number;
  readonly realtime?: boolean;
  readonly stats?: string;
}

const MIB = 2 ** 20;
/** A fixed date, so that the same command gives the same run. */
const EPOCH = Date.UTC(2026, 0, 1) / 1000;

export function bootCommand(): Command {
  return new Command('boot')
    .description('Start a computer with a kernel; its console is this terminal. Ctrl-] leaves.')
    .addOption(new Option('--on <machine>', 'what to boot on').choices(MACHINE_NAMES).default('bare'))
    .option('--image <name>', 'kernel and initial RAM disk of an image (see: blanket images)')
    .option('--kernel <file>', 'a kernel: bzImage, Multiboot, PVH or plain ELF')
    .option('--initrd <file>', 'its initial RAM disk')
    .option('--module <"file args">', 'a Multiboot module and its arguments; may be repeated', several)
    .option('--append <string>', 'words for the kernel command line')
    .option('--memory <MiB>', 'memory', wholeNumber(2, 2 ** 20), 256)
    .option('--vcpus <n>', 'virtual CPUs', wholeNumber(1, MOST_CPUS), 1)
    .option('--clock <MHz>', 'cycles of virtual time per microsecond', wholeNumber(100, 10_000), 1000)
    .option('--date <date>', 'date at start; in real time the present one, else 2026-01-01', date)
    .option('--disk <file>', 'a disk image, raw or qcow2; may be repeated', several)
    .addOption(
      new Option('--net <kind>', 'a network with a gateway that leases addresses').choices(['bridge', 'none']).default('none'),
    )
    .option('--domains <n>', 'guests, on machines that have guests; the console is that of the first', wholeNumber(1, 256), 1)
    .addOption(globalPagesOption())
    .addOption(firstCpuUpcallsOption())
    .option('--ecu <units>', 'of a rented machine: how much of the computer was rented, in EC2 compute units', positiveNumber)
    .addOption(shadowPagingOption())
    .option('--screen <size>', 'a framebuffer and a keyboard, such as 1024x768', screenSize)
    .option('--picture <file>', 'with --screen: write what it shows at the end, as PNG')
    .option('--timeout <seconds>', 'end the run after that time, with status 124', positiveNumber)
    .option('--realtime', 'run no faster than the clock on the wall (as from a terminal)')
    .option('--no-realtime', 'run as fast as possible (as from a script)')
    .option('--stats <file>', 'write what was counted, as JSON')
    .addHelpText(
      'after',
      `
The exit status is the guest's: 0 when it switches off or resets, (value << 1) | 1 for a write of value to port 0xf4,
124 for a time-out, 1 when it crashes.

Examples:
  blanket boot --on bare --image default
  blanket boot --on bare --image default --append 'blanket.run="uname -a; free"'
  blanket boot --on bare --kernel xen-4.17-amd64.gz --module "vmlinuz console=hvc0" --module initrd.img`,
    )
    .action(async (options: BootOptions) => {
      process.exitCode = await boot(options);
    });
}

async function boot(options: BootOptions): Promise<number> {
  if (options.picture !== undefined && options.screen === undefined)
    throw new Refusal('no-screen', 'There is no screen to take a picture of.', 'Give the machine one: --screen 1024x768');
  const parts = bootParts(options);
  if (!exists(ENGINE)) throw new Refusal('engine-missing', 'The interpreter is not built.', 'Run: npm run build:hot');
  const realTime = options.realtime ?? process.stdin.isTTY === true;
  const terminal = openTerminal();
  try {
    const world: Bootable = MACHINES[options.on]({
      wasm: readBytes(ENGINE),
      memoryBytes: options.memory * MIB,
      cpus: options.vcpus,
      frequency: options.clock * 1e6,
      ...parts,
      codecs: hostCodecs(dataFolder()),
      console: terminal,
      disks: (options.disk ?? []).map((path, index) => ({
        store: reportingDisk(openDisk(path, 'write'), tellFailure),
        serial: `disk${index}`,
      })),
      network: options.net === 'bridge',
      domains: options.domains,
      ...(options.ecu === undefined ? {} : { capacity: capacityOfEcu(options.ecu) }),
      shadowPaging: options.shadowPaging ?? false,
      ...layOptionsOf(options),
      epoch: options.date ?? (realTime ? Math.floor(Date.now() / 1000) : EPOCH),
      ...(options.screen === undefined ? {} : { screen: options.screen }),
    });
    const start = performance.now();
    const processorStart = process.cpuUsage();
    const end = await drive(world, terminal, { realTime, timeout: options.timeout });
    const wallSeconds = (performance.now() - start) / 1000;
    const panicked = /Kernel panic - not syncing/.test(terminal.recent);
    const { user, system } = process.cpuUsage(processorStart);
    const exitStatus = statusOf(end, panicked);
    report(end, panicked, world);
    if (options.picture !== undefined) writePicture(options.picture, world);
    if (options.stats !== undefined) {
      const statistics = runStatistics(world, {
        machine: options.on,
        end,
        exitStatus,
        wallSeconds,
        cpuSeconds: (user + system) / 1e6,
      });
      writeWhole(options.stats, `${JSON.stringify(statistics, null, 2)}\n`);
    }
    return exitStatus;
  } finally {
    terminal.close();
  }
}

function tellFailure({ message, remedy }: Refusal): void {
  process.stderr.write(`\nblanket: a disk failed, and the guest sees an error: ${message}. ${remedy}\n`);
}

function writePicture(path: string, { screen }: Bootable): void {
  const picture = screen?.changes();
  if (screen === undefined || picture === undefined)
    throw new Refusal(
      'no-screen',
      'This machine has no screen to take a picture of.',
      'Give it one: --on bare --screen 1024x768',
    );
  writeWhole(path, png(screen.width, screen.height, picture.pixels));
}

interface Parts {
  readonly kernel: { name: string; bytes: Uint8Array };
  readonly initrd: { name: string; bytes: Uint8Array } | undefined;
  readonly modules: { name: string; bytes: Uint8Array; text: string }[];
  readonly commandLine: string;
}

/** Files named on the command line go before those of the image. */
function bootParts(options: BootOptions): Parts {
  const file = (path: string): { name: string; bytes: Uint8Array } => ({ name: basename(path), bytes: readBytes(path) });
  const name = options.image ?? (options.kernel === undefined ? 'default' : undefined);
  const image =
    name === undefined
      ? undefined
      : readyImage(new ImageStore(dataFolder()), name, (step) => process.stderr.write(`${step} ...\n`));
  const modules = (options.module ?? []).map((text) => {
    const path = text.split(' ')[0] ?? '';
    return { ...file(path), text };
  });
  const kernel = options.kernel === undefined ? undefined : file(options.kernel);
  const initrd = options.initrd === undefined ? undefined : file(options.initrd);
  const append = options.append ?? '';
  const own = image?.manifest.commandLine ?? '';
  // Who names a console has thought about it.
  const commandLine = /(^|\s)console=/.test(append) ? own.replace(/console=\S+\s?/g, '') : own;
  const fallback = { name: 'kernel', bytes: image?.kernel ?? new Uint8Array(0) };
  return {
    kernel: kernel ?? fallback,
    initrd: initrd ?? (image?.initrd === undefined ? undefined : { name: 'initrd', bytes: image.initrd }),
    modules,
    commandLine:
      `${hasDomains(options.on) ? commandLine.replace(/console=ttyS0/, 'console=hvc0') : commandLine} ${append}`.trim(),
  };
}

function statusOf(end: End, panicked: boolean): number {
  switch (end.kind) {
    case 'power-off':
    case 'left':
      return 0;
    case 'reset':
      return panicked ? FAILURE_STATUS : 0;
    case 'debug-exit':
      return ((end.value << 1) | 1) & 0xff;
    case 'time-out':
      return TIMEOUT_STATUS;
    default:
      return FAILURE_STATUS;
  }
}

function report(end: End, panicked: boolean, world: Bootable): void {
  const tell = (...lines: readonly string[]): void => void process.stderr.write(`${lines.join('\n')}\n`);
  switch (end.kind) {
    case 'crash':
      tell('', `blanket: the guest crashed: ${end.reason}.`, ...world.describe());
      break;
    case 'stuck':
      tell('', 'blanket: the guest sleeps and nothing can wake it.', ...world.describe());
      break;
    case 'time-out':
      tell('', 'blanket: the time is over.', ...world.describe());
      break;
    case 'reset':
      if (panicked) tell('', 'blanket: the kernel panicked; its last words stand above.');
      break;
    default:
  }
}
