/** Preferences and what views remember, in one versioned file; a damaged file is kept as a backup and replaced. */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nativeTheme } from 'electron';
import Store from 'electron-store';
import {
  changedSettings,
  initialSettings,
  SETTINGS,
  type SettingName,
  type SettingsChange,
  settingsSchema,
  type Settings as Values,
} from '../../core/contract/settings.ts';
import { type Document, migrate } from './migrations.ts';

const NAME = 'settings';

export class Settings {
  /** What a person should know about the file, or nothing. */
  readonly notice: string;
  private readonly store: Store<Document>;
  private current: Values;
  private readonly views: Record<string, unknown>;
  private timer: NodeJS.Timeout | undefined;

  constructor(folder: string) {
    this.notice = saveDamaged(join(folder, `${NAME}.json`));
    this.store = new Store<Document>({ name: NAME, cwd: folder, clearInvalidConfig: true });
    const document = migrate(this.store.store);
    this.views = isRecord(document.views) ? document.views : {};
    this.current = fitting(document.settings);
    this.store.store = { ...document, settings: this.current, views: this.views };
    nativeTheme.themeSource = this.current.theme;
  }

  get values(): Values {
    return this.current;
  }

  get dark(): boolean {
    return nativeTheme.shouldUseDarkColors;
  }

  change(change: SettingsChange): Values {
    this.current = changedSettings(this.current, change);
    nativeTheme.themeSource = this.current.theme;
    this.flush();
    return this.current;
  }

  view<T>(key: string): T | undefined {
    return this.views[key] as T | undefined;
  }

  /** Written a moment later, many at once: the store rewrites the whole file each time. */
  keepView(key: string, value: unknown): void {
    this.views[key] = value;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), 500);
  }

  flush(): void {
    clearTimeout(this.timer);
    try {
      this.store.store = { ...this.store.store, settings: this.current, views: this.views };
    } catch {
      // A full disk: the preferences hold for this run and are written at the next change.
    }
  }
}

/** Each value that fits is kept; the others become the initial ones. */
function fitting(found: unknown): Values {
  const values: Record<string, unknown> = { ...initialSettings };
  if (isRecord(found)) {
    for (const { name } of SETTINGS) {
      const trial = { ...initialSettings, [name satisfies SettingName]: found[name] };
      if (settingsSchema.safeParse(trial).success) values[name] = found[name];
    }
  }
  return values as Values;
}

function saveDamaged(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return '';
  }
  try {
    if (isRecord(JSON.parse(text))) return '';
  } catch {
    // Falls through: it is no JSON.
  }
  const backup = `${file}.damaged-${Date.now()}`;
  copyFileSync(file, backup);
  return backup;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
