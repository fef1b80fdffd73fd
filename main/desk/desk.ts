/** The middle of the application: keeps the processes and the mirror together, and sends each call to whoever answers it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AlarmRule } from '../../core/contract/alarms.ts';
import { type CallName, calls } from '../../core/contract/calls.ts';
import type { AuditRow, ProcessRow } from '../../core/contract/calls-desk.ts';
import { auditRow } from '../../core/contract/calls-desk.ts';
import { check } from '../../core/contract/check.ts';
import type { AnyFact, EventName, Fact } from '../../core/contract/events.ts';
import { events } from '../../core/contract/events.ts';
import type { Instance } from '../../core/contract/fleet.ts';
import type { Notice } from '../../core/contract/notices.ts';
import { type Envelope, refusalFrom, refusalOf } from '../../core/contract/refusals.ts';
import { instanceOf } from '../../core/contract/shapes.ts';
import type { FromProcess } from '../../core/contract/wire.ts';
import { FleetMirror } from '../fleet.ts';
import type { Logs } from '../logs.ts';
import type { Places } from '../places.ts';
import { Records } from '../records.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import { Tasks } from '../tasks.ts';
import { Alarms } from './alarms.ts';
import { askedOf, unitOf } from './asked.ts';

const CLOUDS = 'clouds';
const PLANNER = 'planner';
const NOTICES_KEPT = 100;
const LIVE: ReadonlySet<string> = new Set(['ordered', 'starting', 'ready', 'laying', 'blanket', 'saving', 'saved', 'lost']);

export class Desk {
  readonly fleet = new FleetMirror();
  /** Newest first, for windows that come later. */
  readonly notices: Notice[] = [];
  readonly tasks: Tasks;
  readonly alarms: Alarms;
  readonly audit: Records<AuditRow>;
  readonly supervisor: Supervisor;

  constructor(
    private readonly places: Places,
    private readonly logs: Logs,
    private readonly tell: <N extends EventName>(name: N, fact: Fact<N>) => void,
  ) {
    this.tasks = new Tasks(places.data);
    this.alarms = new Alarms(places.data);
    this.audit = new Records(join(places.data, 'audit.jsonl'), auditRow, 5000);
    this.supervisor = new Supervisor({
      onProcess: (row) => this.tell('process.changed', { process: row }),
      onMessage: (id, message) => this.hear(id, message),
      onOutput: (id, text) => this.logs.write(id, text),
      onFailure: (row, willReturn) => this.mourn(row, willReturn),
    });
  }

  start(): void {
    const { places } = this;
    this.supervisor.want({
      id: CLOUDS,
      kind: 'clouds',
      unit: null,
      title: 'The clouds',
      file: join(places.bundle, 'clouds.mjs'),
      begin: (afterFailure) => ({ folder: places.clouds, dataFolder: places.data, packaged: places.packaged, afterFailure }),
    });
  }

  /** Asks a process; writes what changes something to the audit log. */
  async ask(name: CallName, request: unknown, who: string): Promise<unknown> {
    const call = calls[name];
    const unit = unitOf(request);
    const process = call.by === 'world' ? `world:${instanceOf(unit)}` : call.by;
    if (call.by === 'world' && this.fleet.instance(instanceOf(unit)) === undefined)
      throw refusalFrom(refusalOf('no-such-instance'));
    if (call.by === 'planner') this.wantPlanner();
    const envelope = await this.supervisor.ask(process, name, request, call.patience);
    const answer: Envelope<unknown> = envelope.ok ? this.fitting(name, envelope.value) : envelope;
    if (call.changes) this.record(who, name, request, answer);
    if (!answer.ok) throw refusalFrom(answer.refusal);
    return answer.value;
  }

  record(who: string, call: string, request: unknown, envelope: Envelope<unknown>): void {
    const outcome = envelope.ok ? 'done' : envelope.refusal.code;
    const detail = envelope.ok ? '' : envelope.refusal.message;
    this.audit.add({ at: Date.now(), who, call, unit: unitOf(request), outcome, detail, asked: askedOf(request) });
  }

  /** Others are watched from now on. */
  writeAlarms(rules: readonly AlarmRule[]): void {
    this.alarms.write(rules);
    const fact: AnyFact = { name: 'alarm.rules', fact: { rules: [...rules] } };
    for (const row of this.supervisor.rows) if (row.kind === 'world') this.supervisor.post(row.id, { type: 'fact', fact });
    this.tell('alarms.changed', this.alarms.read());
  }

  /** Ends every process in order. @returns false if an instance could not be ended so; all go on then, and the window says why */
  async stop(how: 'save' | 'shutdown' | 'discard'): Promise<boolean> {
    const worlds = this.supervisor.rows.filter((row) => row.kind === 'world');
    const refusals = await Promise.all(worlds.map((row) => this.supervisor.unwant(row.id, how)));
    for (const [index, refusal] of refusals.entries()) {
      const unit = worlds[index]?.unit ?? '';
      if (refusal !== undefined)
        this.notice('failure', unit, 'notice.notStopped', { name: this.fleet.instance(unit)?.name ?? unit }, refusal);
    }
    if (refusals.some((refusal) => refusal !== undefined)) {
      for (const { id, state } of this.fleet.read().instances) this.place(id, state);
      return false;
    }
    await Promise.all([CLOUDS, PLANNER].map((id) => this.supervisor.unwant(id, 'shutdown')));
    return true;
  }

  /** Started with the first question, and kept. */
  private wantPlanner(): void {
    const { places } = this;
    this.supervisor.want({
      id: PLANNER,
      kind: 'planner',
      unit: null,
      title: 'The planner',
      file: join(places.bundle, 'planner.mjs'),
      begin: (afterFailure) => ({ folder: places.data, dataFolder: places.data, afterFailure }),
    });
  }

  private fitting(name: CallName, value: unknown): Envelope<unknown> {
    const answer = check(calls[name].answer, value);
    if (answer.ok) return answer;
    this.logs.write('calls', `${name} was answered wrongly: ${answer.refusal.message}`);
    return { ok: false, refusal: refusalOf('bad-answer') };
  }

  private hear(process: string, message: FromProcess): void {
    if (message.type === 'fact') this.pass(process, message.fact);
    else if (message.type === 'state') {
      const fact = this.fleet.change(message.instance, message.change);
      if (fact !== undefined) {
        this.tell(fact.name, fact.fact as never);
        this.supervisor.post(CLOUDS, { type: 'fact', fact });
      }
    }
  }

  private pass(process: string, told: AnyFact): void {
    const checked = events[told.name].safeParse(told.fact);
    if (!checked.success) {
      this.logs.write(
        'calls',
        `${process} told a wrong fact: ${told.name}: ${checked.error.issues[0]?.path.join('.') ?? ''} ${checked.error.issues[0]?.message ?? ''}`,
      );
      return;
    }
    if (told.name === 'instance.changed') {
      this.passRented(told.fact.instance);
      return;
    }
    this.fleet.hear(told);
    if (told.name === 'task.changed') this.tasks.hear(process, told.fact.task);
    else if (told.name === 'task.said') this.tasks.say(told.fact.task, told.fact.lines);
    else if (told.name === 'instance.gone') void this.supervisor.unwant(`world:${told.fact.instance}`, 'discard');
    else if (told.name === 'alarm.told') {
      this.hearAlarm(told.fact);
      return;
    } else if (told.name === 'use.told') {
      this.supervisor.post(CLOUDS, { type: 'fact', fact: told });
      return;
    } else if (told.name === 'machine.changed' || told.name === 'machine.gone')
      this.supervisor.post(CLOUDS, { type: 'fact', fact: told });
    if (told.name === 'notice') this.note(told.fact);
    else this.tell(told.name, told.fact as never);
  }

  private passRented(told: Instance): void {
    const fact = this.fleet.rented(told);
    this.tell(fact.name, fact.fact as never);
    // The clouds have missed what was told while they had no process.
    this.supervisor.post(CLOUDS, { type: 'fact', fact });
    this.place(told.id, this.fleet.instance(told.id)?.state ?? told.state);
  }

  private hearAlarm(told: Fact<'alarm.told'>): void {
    this.alarms.hear(told);
    this.tell('alarms.changed', this.alarms.read());
    const { alarm, active } = told;
    const rule = this.alarms.rules.find((it) => it.id === alarm.rule);
    const values = {
      name: this.fleet.nameOf(alarm.unit),
      gauge: rule?.gauge ?? alarm.rule,
      value: String(Math.round(alarm.value)),
      limit: String(rule?.limit ?? ''),
      seconds: String(rule?.seconds ?? ''),
    };
    this.notice(active ? 'warning' : 'information', alarm.unit, active ? 'notice.alarm' : 'notice.alarmOver', values, null);
  }

  /** An instance that lives has a process. */
  private place(id: string, state: string): void {
    const process = `world:${id}`;
    const instance = this.fleet.instance(id);
    if (!LIVE.has(state) || instance === undefined || this.supervisor.has(process)) return;
    const folder = join(this.places.instances, id);
    mkdirSync(folder, { recursive: true });
    this.supervisor.want({
      id: process,
      kind: 'world',
      unit: id,
      title: `Instance ${instance.name}`,
      file: join(this.places.bundle, 'world.mjs'),
      begin: (afterFailure) => ({
        folder,
        dataFolder: this.places.data,
        packaged: this.places.packaged,
        instance: this.fleet.instance(id) ?? instance,
        alarms: this.alarms.rules,
        afterFailure,
      }),
    });
  }

  private mourn(row: ProcessRow, willReturn: boolean): void {
    this.logs.write('processes', `${row.id} ${row.reason}${willReturn ? '; it will be started again' : '; given up'}`);
    for (const failed of this.tasks.fail(row.id, row.reason)) this.tell('task.changed', { task: failed });
    if (row.unit !== null) {
      this.alarms.forget(row.unit);
      this.tell('alarms.changed', this.alarms.read());
    }
    if (row.unit !== null)
      for (const fact of this.fleet.lose(row.unit, row.reason, row.restarts)) this.tell(fact.name, fact.fact as never);
    this.notice(
      willReturn ? 'warning' : 'failure',
      row.unit,
      willReturn ? 'notice.processReturns' : 'notice.processGivenUp',
      { process: row.unit === null ? row.kind : (this.fleet.instance(row.unit)?.name ?? row.unit), reason: row.reason },
      null,
    );
  }

  /** Tells every window something a person should see. */
  notice(
    level: Notice['level'],
    unit: string | null,
    words: string,
    values: Record<string, string>,
    refusal: Notice['refusal'],
  ): void {
    this.note({ at: Date.now(), level, unit, words, values, refusal });
  }

  private note(notice: Notice): void {
    this.notices.unshift(notice);
    this.notices.splice(NOTICES_KEPT);
    this.tell('notice', notice);
  }
}
