/** How the tools beside the command line run: what is refused ends them with a sentence, what to do, and status 1. */
import type { Command } from 'commander';
import { Refusal } from '../base/refusal.ts';

export async function runTool(program: Command): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(`${program.name()}: ${error.message}\n${error.remedy}\n`);
    process.exitCode = 1;
  }
}
