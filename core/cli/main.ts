/** The command line: `blanket <command>`. Wrong usage ends with status 2, failure with 1 and a remedy. */
import { Command, CommanderError } from 'commander';
import { Refusal } from '../base/refusal.ts';
import { USAGE_STATUS } from './status.ts';

/** Each is read only when it is wanted: what one command stands on is much, all together more. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  ask: async () => (await import('./commands/ask.ts')).askCommand(),
  boot: async () => (await import('./commands/boot.ts')).bootCommand(),
  catalogue: async () => (await import('./commands/catalogue.ts')).catalogueCommand(),
  demo: async () => (await import('./commands/demo.ts')).demoCommand(),
  domains: async () => (await import('./commands/domains.ts')).domainsCommand(),
  images: async () => (await import('./commands/images.ts')).imagesCommand(),
  plan: async () => (await import('./commands/plan.ts')).planCommand(),
  run: async () => (await import('./commands/run.ts')).runCommand(),
};

/** The command that is named, or all of them for help and for what is not understood. */
async function commandsFor(name: string | undefined): Promise<Command[]> {
  const wanted = Object.keys(COMMANDS).filter((each) => each === name);
  const loaders = wanted.length === 1 ? wanted.flatMap((each) => COMMANDS[each] ?? []) : Object.values(COMMANDS);
  return Promise.all(loaders.map((load) => load()));
}

const program = new Command('blanket')
  .description('Rent a big instance, lay a second-layer hypervisor over it, partition it. This is the command line of it all.')
  .version('0.1.0')
  .showHelpAfterError('(--help tells more)')
  .exitOverride();

/** Every command, however deep, reports wrong usage here instead of ending the process. */
function settle(command: Command): Command {
  command.exitOverride().showHelpAfterError('(--help tells more)');
  for (const below of command.commands) settle(below);
  return command;
}

/** @returns the exit status */
async function main(words: readonly string[]): Promise<number> {
  try {
    for (const command of await commandsFor(words[0])) program.addCommand(settle(command));
    if (words.length === 0) program.help({ error: true });
    await program.parseAsync(words, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_STATUS;
    if (error instanceof Refusal) process.stderr.write(`blanket: ${error.message}\n${error.remedy}\n`);
    else {
      const text = error instanceof Error ? error.message : String(error);
      process.stderr.write(`blanket: this should not have happened: ${text}\nPlease report it with the command that you gave.\n`);
      if (process.env.BLANKET_DEBUG !== undefined && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
    }
    return 1;
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read our output went away: nothing is left to do.
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});
const status = await main(process.argv.slice(2));
// Standard input may still be open; what was written is flushed first.
process.stdout.write('', () => process.exit(status));
