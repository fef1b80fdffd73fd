/** A rented instance, served: a stack, the records about it, its streams, and the loop that makes time pass. */
import { type CallName, calls as contract } from '../contract/calls.ts';
import type { Capacity, Machine } from '../contract/fleet.ts';
import type { Readings } from '../contract/gauges.ts';
import { asRefusal, refusalOf } from '../contract/refusals.ts';
import type { Begin, InstanceChange } from '../contract/wire.ts';
import { provisionsFrom } from '../host/provisions.ts';
import type { LayOptions, Screen, Work, World, WorldMaker } from '../worlds/desk.ts';
import { type AlarmChange, AlarmWatch, type Watched } from './alarms.ts';
import { worldCalls } from './answers.ts';
import { comeBack, settle } from './comeback.ts';
import { ConsoleHub } from './consoles.ts';
import type { Edge, Port, Served } from './edge.ts';
import { GaugeHistory } from './history.ts';
import { startLoop } from './loop.ts';
import { Machines } from './machines.ts';
import { tellNotice } from './notices.ts';
import { refuse } from './refuse.ts';
import { ScreenHub } from './screens.ts';
import { UseMeter } from './use-meter.ts';
import { Works } from './works.ts';

type Lay = (options: LayOptions, work: Work) => Promise<Capacity>;

export interface InstanceParts {
  /** File of the compiled interpreter. */
  readonly engine: string;
  /** Puts the stack together. */
  readonly world: WorldMaker;
  /**
   * Starts the instance for the first time: with a kernel of its own, or with the Blanket at once (then with its capacity).
   * @param lay lays the Blanket, and again with the same switches when the instance comes back
   */
  start(world: World, work: Work, lay: Lay): Promise<Capacity | null>;
}

export function serveInstance(begin: Begin, edge: Edge, parts: InstanceParts): Served {
  const instance = begin.instance;
  if (instance === undefined) throw new Error('a world needs an instance');
  const machines = new Machines(begin.folder, instance.id, edge);
  const works = new Works(edge, instance.id);
  const history = new GaugeHistory();
  const hubs = new Map<string, ConsoleHub>();
  const screens = new Map<string, { screen: Screen; hub: ScreenHub }>();
  const listeners = new Set<Port>();
  const tellState = (change: InstanceChange): void => {
    if (change.state !== undefined) machines.state = change.state;
    if (change.capacity !== undefined) machines.capacity = change.capacity;
    machines.write();
    edge.send({ type: 'state', instance: instance.id, change });
  };

  const world = parts.world({
    instance,
    provisions: provisionsFrom({
      engine: parts.engine,
      dataFolder: begin.dataFolder,
      folder: begin.folder,
      tell: () => undefined,
    }),
    folder: begin.folder,
    dataFolder: begin.dataFolder,
    changed: (id, change) => {
      if (machines.has(id)) machines.change(id, change);
    },
    diskFailed: (id, { code, message, remedy }) => {
      const name = machines.has(id) ? machines.get(id).name : id;
      tellNotice(edge, 'failure', id, 'notice.diskFailed', { name }, { code, message, remedy });
    },
    ended: (reason) => tellState({ state: 'ended', reason, endedAt: Date.now() }),
  });

  const attachScreen = (unit: string, port: Port): void => {
    const screen = world.screen(unit);
    if (screen === undefined) {
      port.close();
      return;
    }
    const known = screens.get(unit);
    const { hub } = known?.screen === screen ? known : { hub: new ScreenHub(screen) };
    screens.set(unit, { screen, hub });
    hub.attach(port);
  };
  const lay: Lay = (options, work) => {
    machines.laid = options;
    return world.layBlanket(options, work);
  };
  const powerOn = async (work: Work): Promise<void> => {
    tellState({ state: 'starting', reason: '' });
    const ready = await parts.start(world, work, lay);
    tellState({ state: ready === null ? 'ready' : 'blanket', readyAt: Date.now(), capacity: ready });
  };
  const startedAgain = (again: readonly Machine[]): void =>
    tellNotice(edge, 'warning', instance.id, 'notice.startedAgain', {
      name: instance.name,
      machines: again.map((machine) => machine.name).join(', '),
    });
  /** False: it was not brought back as it was. */
  let whole = Promise.resolve(true);
  const bringBack = (work: Work): Promise<void> => {
    const back = comeBack({ world, machines, tellState, powerOn, startedAgain }, work);
    whole = back.then(
      () => true,
      () => false,
    );
    return back;
  };
  const fail = (thrown: unknown): never => {
    tellState({ state: 'failed', reason: asRefusal(thrown).message });
    throw thrown;
  };

  const saveAll = async (work: Work): Promise<void> => {
    tellState({ state: 'saving' });
    try {
      await world.save(work);
    } catch (thrown) {
      // Those that were saved before it failed go on, too.
      for (const machine of machines.all)
        if (machine.state === 'running' && world.state(machine.id) === 'saved') await world.act(machine.id, 'restore', work);
      tellState({ state: 'blanket' });
      throw thrown;
    }
    tellState({ state: 'saved' });
  };

  const calls = worldCalls({
    world,
    machines,
    works,
    history,
    layBlanket: async (options, work) => {
      tellState({ state: 'laying' });
      try {
        tellState({ state: 'blanket', capacity: await lay(options, work) });
      } catch (thrown) {
        tellState({ state: 'ready' });
        throw thrown;
      }
    },
    saveAll,
    resumeAll: bringBack,
  });

  const first = machines.state === 'ordered' && !begin.afterFailure;
  works.begin({ title: first ? 'task.start' : 'task.bringBack', unit: instance.id, values: { name: instance.name } }, (work) =>
    (first ? powerOn(work) : bringBack(work)).catch(fail),
  );
  const alarms = new AlarmWatch();
  const tellAlarms = (changes: readonly AlarmChange[]): void => {
    for (const fact of changes) edge.tell({ name: 'alarm.told', fact });
  };
  const watched = (unit: string): Watched | undefined => {
    if (unit === instance.id) return { kind: 'instances', tags: instance.tags, awake: machines.state === 'blanket' };
    if (!machines.has(unit)) return undefined;
    const { tags, state } = machines.get(unit);
    return { kind: 'machines', tags, awake: state === 'running' };
  };
  alarms.setRules(begin.alarms ?? []);
  const meter = new UseMeter(instance.id, Date.now());
  const loop = startLoop(world, (readings: Readings) => {
    history.take(readings);
    const use = meter.take(readings);
    if (use !== undefined) edge.tell({ name: 'use.told', fact: use });
    tellAlarms(alarms.take(readings, watched));
    for (const port of listeners) port.postMessage({ type: 'readings', readings });
  });

  return {
    call: (name: CallName, request) => {
      const answer = (calls as Record<string, ((request: unknown) => unknown) | undefined>)[name];
      if (answer === undefined) return refuse('bad-request');
      // Until its machines are found again there is nothing that could be changed.
      if (machines.state === 'starting' && contract[name].changes)
        refuse('wrong-state', `${instance.name} is not ready for that yet.`);
      return answer(request);
    },
    cancel: (task) => works.cancel(task),
    fact: ({ name, fact }) => {
      if (name === 'alarm.rules') tellAlarms(alarms.setRules(fact.rules));
    },
    stream: (open, port) => {
      if (open.kind === 'readings') {
        listeners.add(port);
        port.on('close', () => listeners.delete(port));
        port.start();
      } else if (open.kind === 'console') {
        const key = `${open.unit} ${open.line}`;
        const stream = world.console(open.unit, open.line);
        if (stream === undefined) {
          port.postMessage({ type: 'ended', reason: refusalOf('wrong-state', 'There is no console yet.').message });
          port.close();
          return;
        }
        let hub = hubs.get(key);
        if (hub === undefined) {
          hub = new ConsoleHub(stream, loop.wake);
          hubs.set(key, hub);
        }
        hub.attach(port);
      } else attachScreen(open.unit, port);
    },
    stop: async (how) => {
      const quiet: Work = { progress: () => undefined, say: () => undefined, check: () => undefined };
      if (how === 'discard') {
        for (const { id, state } of machines.all)
          if (!['template', 'saved'].includes(state)) machines.change(id, { state: 'stopped' });
        // Of what is only half brought back only half would be kept, in the place of all.
      } else if (machines.capacity === null || (await whole)) {
        if (how === 'save') await saveAll(quiet);
        else {
          for (const machine of machines.all.filter((it) => it.state === 'running'))
            await world.act(machine.id, 'shutdown', quiet);
          await world.save(quiet);
          settle(world, machines);
        }
      }
      loop.stop();
      machines.write();
    },
  };
}
