/** The planner, by what a person sees of it. */
import { readFileSync } from 'node:fs';
import type { Locator } from '@playwright/test';
import type { Started } from '../launch.ts';

export class PlannerPage {
  readonly form: Locator;
  readonly answer: Locator;
  readonly beside: Locator;

  constructor(private readonly desk: Started) {
    const { window } = desk;
    this.form = window.getByRole('complementary', { name: 'Plan' });
    this.answer = window.getByRole('region', { name: 'Answer' });
    this.beside = window.getByRole('table').filter({ hasText: 'Slowdown' }).filter({ hasText: 'Saving' });
  }

  async open(): Promise<void> {
    await this.desk.window.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Planner' }).click();
    await this.answer.waitFor();
  }

  picture(title: string): Locator {
    return this.desk.window.getByRole('region', { name: title }).first();
  }

  button(name: string): Locator {
    return this.desk.window.getByRole('button', { name, exact: true });
  }

  async item(menu: string, item: string): Promise<void> {
    await this.button(menu).click();
    await this.desk.window.getByRole('menuitem', { name: item, exact: true }).click();
  }

  /** What the next dialog for saving answers. */
  async saveTo(path: string): Promise<void> {
    await this.desk.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, path);
  }

  /** What the next dialog for opening answers. */
  async choose(path: string): Promise<void> {
    await this.desk.app.evaluate(({ dialog }, filePath) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
    }, path);
  }
}

/** The file once it is there and has something in it; empty before. */
export function written(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
