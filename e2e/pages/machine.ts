/** The window of one machine. */
import type { Locator, Page } from '@playwright/test';

export class MachineWindow {
  readonly screen: Locator;
  readonly link: Locator;

  constructor(private readonly page: Page) {
    this.screen = page.locator('.xterm-rows');
    this.link = page.locator('.link-state');
  }

  async open(id: string, tab = 'console'): Promise<void> {
    await this.page.evaluate((place) => {
      location.hash = place;
    }, `/machine/${id}/${tab}`);
    await this.page.getByRole('tab', { selected: true }).waitFor();
  }

  async type(line: string): Promise<void> {
    await this.page.locator('.xterm-helper-textarea').focus();
    await this.page.keyboard.type(line);
    await this.page.keyboard.press('Enter');
  }

  text(): Promise<string> {
    return this.screen.innerText();
  }
}
