/** `blanket domains xenstore`: the store that domains and their control domain share. */
import { Command } from 'commander';
import { Refusal } from '../../../base/refusal.ts';
import { contextOf } from './context.ts';

const absent = (path: string): Refusal =>
  new Refusal('no-such-node', `There is no ${path} in the store.`, 'See what there is: blanket domains xenstore ls.');

/** A node with all below it, a line each. */
async function* tree(
  context: ReturnType<typeof contextOf>,
  instance: string,
  path: string,
  depth: number,
): AsyncGenerator<string> {
  const { names } = await context.fleet.call('store.list', { instance, path });
  if (names === null) throw absent(path);
  for (const name of [...names].sort()) {
    const below = path === '/' ? `/${name}` : `${path}/${name}`;
    const { value } = await context.fleet.call('store.read', { instance, path: below });
    yield `${'  '.repeat(depth)}${name} = ${JSON.stringify(value ?? '')}\n`;
    yield* tree(context, instance, below, depth + 1);
  }
}

export function storeCommand(): Command {
  const store = new Command('xenstore').description('Read and write the store as the control domain sees it.');
  store
    .command('ls')
    .description('Show a node and all below it.')
    .argument('[path]', 'where to begin', '/')
    .action(async (path: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const { id } = await context.fleet.instance(context.instance);
      for await (const line of tree(context, id, path, 0)) process.stdout.write(line);
    });
  store
    .command('read')
    .description('Print the value of a node.')
    .argument('<path>', 'such as /local/domain/1/name')
    .action(async (path: string, _options: unknown, command: Command) => {
      const { fleet, instance } = contextOf(command);
      const { value } = await fleet.call('store.read', { instance: (await fleet.instance(instance)).id, path });
      if (value === null) throw absent(path);
      process.stdout.write(`${value}\n`);
    });
  store
    .command('write')
    .description('Set the value of a node; it and its parents are made if they are not there.')
    .argument('<path>', 'such as /local/domain/1/data/mine')
    .argument('<value>', 'text')
    .action(async (path: string, value: string, _options: unknown, command: Command) => {
      const { fleet, instance } = contextOf(command);
      await fleet.call('store.write', { instance: (await fleet.instance(instance)).id, path, value });
    });
  store
    .command('rm')
    .description('Remove a node and all below it.')
    .argument('<path>', 'such as /local/domain/1/data/mine')
    .action(async (path: string, _options: unknown, command: Command) => {
      const { fleet, instance } = contextOf(command);
      await fleet.call('store.remove', { instance: (await fleet.instance(instance)).id, path });
    });
  return store;
}
