/** The machines page, by what a person sees of it. */
import type { Locator, Page } from '@playwright/test';

export class MachinesPage {
  readonly table: Locator;
  readonly filter: Locator;
  readonly bulk: Locator;

  constructor(private readonly page: Page) {
    this.table = page.getByRole('treegrid', { name: 'Clouds, instances and machines' });
    this.filter = page.getByRole('textbox', { name: 'Filter machines' });
    this.bulk = page.getByRole('toolbar', { name: 'Actions for the selection' });
  }

  async open(): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Machines' }).click();
    await this.table.waitFor();
  }

  row(name: string): Locator {
    return this.table.getByRole('row').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  rows(): Locator {
    return this.table.locator('.line.machine');
  }

  panel(name: string): Locator {
    return this.page.getByRole('complementary', { name });
  }

  /** Names of the columns in their order. */
  heads(): Promise<string[]> {
    return this.table.getByRole('columnheader').getByRole('button').allInnerTexts();
  }

  head(name: string): Locator {
    return this.table.getByRole('columnheader', { name, exact: true });
  }

  async select(name: string): Promise<void> {
    await this.row(name).getByRole('checkbox').click();
  }
}
