/** The process of the clouds: price lists, what is rented, what it costs, and the images machines start from. */
import { Refusal } from '../../core/base/refusal.ts';
import { offersOf, ordered } from '../../core/cloud/offers.ts';
import type { Answer, CallName, NamesBy, Request } from '../../core/contract/calls.ts';
import type { Instance } from '../../core/contract/fleet.ts';
import { refuse } from '../../core/service/refuse.ts';
import { Works } from '../../core/service/works.ts';
import { rentable, usesImages } from '../../core/worlds/catalogue.ts';
import { imageCalls } from './clouds/images.ts';
import { priceCalls } from './clouds/price-imports.ts';
import { asProvider, PriceLists } from './clouds/price-lists.ts';
import { Register } from './clouds/register.ts';
import { Spending } from './clouds/spending.ts';
import { serveProcess } from './edge.ts';

type CloudCalls = { [N in NamesBy<'clouds'>]: (request: Request<N>) => Answer<N> | Promise<Answer<N>> };
const TELL_EVERY = 5000;

serveProcess((begin, edge) => {
  const register = new Register(begin.folder, edge);
  const works = new Works(edge, 'c');
  const prices = new PriceLists(begin.dataFolder);
  const spending = new Spending(register, prices);
  const tell = (instance: Instance): void => edge.tell({ name: 'instance.changed', fact: { instance } });
  const known = (id: string): Instance => register.get(id) ?? refuse('no-such-instance');
  const tellSpend = (): void => {
    const { perHour, sinceStart } = spending.totals(Date.now());
    const { on, perMonth, alarmAt } = register.budget;
    edge.tell({
      name: 'spend.changed',
      fact: { perHour, sinceStart, currency: spending.currency, alarm: on && perHour * 730 > (perMonth * alarmAt) / 100 },
    });
  };

  const rent = (request: Request<'instance.rent'>): Instance[] => {
    const list = prices.byId.get(request.provider);
    if (list === undefined)
      throw new Refusal('no-such-provider', `There is no price list ${request.provider}.`, 'Choose a provider from the list.');
    if (!rentable(list.flavour))
      throw new Refusal('no-such-world', `This build has no stack for the ${list.flavour} flavour.`, 'Choose another provider.');
    const { type, image, tags, shadowPaging = false, count } = request;
    return Array.from({ length: count }, (_, index) => {
      const name = count === 1 ? request.name : `${request.name}-${index + 1}`;
      return ordered(list, type, { id: register.nextId(), name, image, tags, shadowPaging }, Date.now());
    });
  };

  const calls: CloudCalls = {
    'catalogue.read': () => {
      return {
        providers: prices.all.map((list) => asProvider(list, rentable(list.flavour))),
        types: prices.all.flatMap(offersOf),
      };
    },
    'instance.rent': (request) => {
      const instances = rent(request);
      for (const instance of instances) register.put(instance);
      register.write();
      for (const instance of instances) tell(instance);
      spending.note(Date.now());
      tellSpend();
      return { instances };
    },
    'instance.edit': ({ instance: id, ...change }) => {
      const instance = { ...known(id), ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) };
      register.put(instance);
      tell(instance);
      return instance;
    },
    'instance.end': ({ instance: id }) => {
      const instance: Instance = { ...known(id), state: 'ended', reason: '', endedAt: Date.now() };
      for (const span of register.spans.filter((it) => it.instance === id && it.to === null))
        register.hold({ id: span.machine, name: span.name, instance: id }, null, Date.now());
      register.put(instance);
      register.write();
      edge.tell({ name: 'instance.gone', fact: { instance: id } });
      spending.note(Date.now());
      tellSpend();
      return {};
    },
    'spend.read': () => spending.read(Date.now()),
    'spend.budget': ({ budget }) => {
      register.budget = budget;
      tellSpend();
      return {};
    },
    'spend.apportion': (apportioning) => {
      register.apportioning = apportioning;
      return {};
    },
    'spend.statement': () => ({ csv: spending.statement(Date.now()) }),
    ...imageCalls(begin, works, edge, usesImages),
    ...priceCalls(prices, works, edge),
  };

  for (const instance of register.instances) if (instance.state !== 'ended') tell(instance);
  setInterval(tellSpend, TELL_EVERY);
  setInterval(() => {
    spending.note(Date.now());
    if (register.instances.some(({ state }) => state !== 'ended')) register.write();
  }, 60_000);
  tellSpend();

  return {
    call: (name: CallName, request) => {
      const answer = (calls as Record<string, ((request: unknown) => unknown) | undefined>)[name];
      return answer === undefined ? refuse('bad-request') : answer(request);
    },
    cancel: (task) => works.cancel(task),
    fact: ({ name, fact }) => {
      if (name === 'instance.changed' && register.get(fact.instance.id) !== undefined)
        register.put({ ...known(fact.instance.id), ...worldPart(fact.instance) });
      else if (name === 'machine.changed') {
        for (const machine of fact.machines) {
          const instance = register.get(machine.instance);
          const ecu = Math.min(instance?.capacity?.cpuEcu ?? 0, ((instance?.ecu ?? 0) / (instance?.vcpus ?? 1)) * machine.vcpus);
          register.hold(machine, { ecu, memoryMib: machine.memoryMib }, Date.now());
        }
      } else if (name === 'use.told') register.draw(fact);
      else if (name === 'machine.gone')
        for (const id of fact.machines) register.hold({ id, name: id, instance: id.split('.')[0] ?? '' }, null, Date.now());
    },
    stop: async () => register.write(),
  };
});

/** What the process of the instance knows better. */
function worldPart({ state, reason, readyAt, endedAt, capacity }: Instance): Partial<Instance> {
  return { state, reason, readyAt, endedAt, capacity };
}
