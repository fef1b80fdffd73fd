/** The window of one machine. */
import { expect, type Locator, type Page } from '@playwright/test';
import { go } from './window.ts';

/** Milliseconds within which a console is connected, on however busy a computer. */
const CONNECTED = 120_000;

export class MachineWindow {
  readonly screen: Locator;
  readonly link: Locator;
  /** Its gauges, in the head of the page. */
  readonly live: Locator;

  constructor(private readonly page: Page) {
    this.screen = page.locator('.xterm-rows');
    this.link = page.locator('.link-state');
    this.live = page.locator('.head-live');
  }

  async open(id: string, tab = 'console'): Promise<void> {
    await go(this.page, `/machine/${id}/${tab}`);
    await this.page.getByRole('tab', { selected: true }).waitFor();
  }

  /** Waits for the prompt of a shell; what a kernel says after it is cleared away with Enter. */
  async prompt(patience: number): Promise<void> {
    const end = Date.now() + patience;
    while (!/~ ?#\s*$/.test(await this.text())) {
      if (Date.now() > end) throw new Error(`no prompt within ${patience / 1000} s: ${(await this.text()).slice(-300)}`);
      if (/~ ?# /.test(await this.text())) await this.type('');
      await this.page.waitForTimeout(500);
    }
  }

  /** Types a line when the console is connected: what is typed before reaches nobody. */
  async type(line: string): Promise<void> {
    await expect(this.link).toHaveText('Connected', { timeout: CONNECTED });
    await this.page.locator('.xterm-helper-textarea').focus();
    await this.page.keyboard.type(line);
    await this.page.keyboard.press('Enter');
  }

  /** The line of a gauge as it is drawn now. */
  async sparkline(gauge: string): Promise<string> {
    return (await this.live.getByRole('img', { name: gauge }).locator('path').last().getAttribute('d')) ?? '';
  }

  async text(): Promise<string> {
    return (await this.screen.textContent()) ?? '';
  }

  /** What is seen, line by line. */
  async lines(): Promise<string[]> {
    return (await this.screen.locator('> div').allTextContents()).map((line) => line.trimEnd());
  }
}
