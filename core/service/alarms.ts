/** Watches the readings of an instance against the rules: raises once when a limit was left long enough, clears once when it is kept again. */
import type { Alarm, AlarmRule } from '../contract/alarms.ts';
import { gaugeIndex, type Readings } from '../contract/gauges.ts';

export interface Watched {
  readonly kind: AlarmRule['about'];
  readonly tags: readonly string[];
  /** Only what runs is watched: a stopped machine is not idle, it is off. */
  readonly awake: boolean;
}

export interface AlarmChange {
  readonly alarm: Alarm;
  readonly active: boolean;
}

/** Since when the reading is on the wrong side, and whether that was told. */
interface Crossing {
  readonly since: number;
  told: Alarm | undefined;
}

const keyOf = (rule: string, unit: string): string => `${rule} ${unit}`;

export class AlarmWatch {
  private rules: readonly AlarmRule[] = [];
  private readonly crossings = new Map<string, Crossing>();

  /** @returns alarms that no rule stands behind any more */
  setRules(rules: readonly AlarmRule[]): AlarmChange[] {
    const same = new Set(
      rules.filter((rule) => this.rules.some((old) => JSON.stringify(old) === JSON.stringify(rule))).map((rule) => rule.id),
    );
    this.rules = rules.filter((rule) => rule.on);
    return this.clear((key) => !same.has(key.split(' ')[0] ?? ''));
  }

  take(readings: Readings, watched: (unit: string) => Watched | undefined): AlarmChange[] {
    const changes: AlarmChange[] = [];
    for (const { unit, values } of readings.rows) {
      const about = watched(unit);
      for (const rule of this.rules) {
        const value = values[gaugeIndex[rule.gauge]] ?? 0;
        const change = this.judge(rule, unit, readings.at, value, about !== undefined && concerns(rule, about));
        if (change !== undefined) changes.push(change);
      }
    }
    // A unit that is not measured any more is gone.
    const there = new Set(readings.rows.map((row) => row.unit));
    return [...changes, ...this.clear((key) => !there.has(key.split(' ')[1] ?? ''))];
  }

  private judge(rule: AlarmRule, unit: string, at: number, value: number, concerned: boolean): AlarmChange | undefined {
    const key = keyOf(rule.id, unit);
    const wrong = concerned && (rule.comparison === 'above' ? value > rule.limit : value < rule.limit);
    const crossing = this.crossings.get(key);
    if (!wrong) {
      this.crossings.delete(key);
      return crossing?.told === undefined ? undefined : { alarm: crossing.told, active: false };
    }
    if (crossing === undefined) this.crossings.set(key, { since: at, told: undefined });
    const { since, told } = this.crossings.get(key) ?? { since: at, told: undefined };
    if (told !== undefined || at - since < rule.seconds * 1000) return undefined;
    const alarm: Alarm = { rule: rule.id, unit, since, value };
    this.crossings.set(key, { since, told: alarm });
    return { alarm, active: true };
  }

  private clear(gone: (key: string) => boolean): AlarmChange[] {
    const cleared = [...this.crossings].filter(([key]) => gone(key));
    for (const [key] of cleared) this.crossings.delete(key);
    return cleared.flatMap(([, { told }]) => (told === undefined ? [] : [{ alarm: told, active: false }]));
  }
}

const concerns = (rule: AlarmRule, about: Watched): boolean =>
  about.awake && about.kind === rule.about && (rule.tag === '' || about.tags.includes(rule.tag));
