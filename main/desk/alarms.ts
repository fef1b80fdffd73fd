/** The rules of alarms and what is raised: kept on the disk, told to the processes that watch and to the windows. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { type Alarm, type AlarmRule, alarmRules, INITIAL_RULES } from '../../core/contract/alarms.ts';
import type { Fact } from '../../core/contract/events.ts';
import { exists, readBytes, writeWhole } from '../../core/host/files.ts';

export class Alarms {
  private readonly file: string;
  private active: readonly Alarm[] = [];
  rules: readonly AlarmRule[];

  constructor(folder: string) {
    this.file = join(folder, 'alarms.json');
    this.rules = rulesIn(this.file);
  }

  read(): { rules: AlarmRule[]; active: Alarm[] } {
    return { rules: [...this.rules], active: [...this.active] };
  }

  /** The processes that watch clear what is no longer wanted. */
  write(rules: readonly AlarmRule[]): void {
    writeWhole(this.file, JSON.stringify(rules));
    this.rules = rules;
  }

  hear({ alarm, active }: Fact<'alarm.told'>): void {
    const others = this.active.filter((it) => it.rule !== alarm.rule || it.unit !== alarm.unit);
    this.active = active ? [...others, alarm] : others;
  }

  /** A process ended: nobody watches its units until it is back. */
  forget(instance: string): void {
    this.active = this.active.filter((it) => it.unit !== instance && !it.unit.startsWith(`${instance}.`));
  }
}

/** A damaged file is set aside, and the first rules are in force again. */
function rulesIn(file: string): readonly AlarmRule[] {
  if (!exists(file)) return INITIAL_RULES;
  try {
    return alarmRules.parse(JSON.parse(new TextDecoder().decode(readBytes(file))));
  } catch {
    renameSync(file, `${file}.damaged`);
    return INITIAL_RULES;
  }
}
