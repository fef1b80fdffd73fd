/** What any page of a window can do: go to a place, and say what has been noticed. */
import { expect, type Page } from '@playwright/test';

/** Goes to a place; resolves when the window has turned to it, so that nothing done afterwards meets the page before. */
export async function go(page: Page, place: string): Promise<void> {
  await page.evaluate(
    (to) =>
      new Promise<void>((turned) => {
        const before = location.hash;
        location.hash = to;
        if (location.hash === before) turned();
        // The window's own listener came first; what it draws is drawn when the next task runs.
        else addEventListener('hashchange', () => setTimeout(turned), { once: true });
      }),
    place,
  );
}

/** Looks among the notices, which stay, unlike the messages at the corner. */
export async function noticed(page: Page, sentence: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'Notices' }).click();
  const notices = page.getByRole('dialog', { name: 'Notices' });
  await expect(notices.getByText(sentence).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(notices).toHaveCount(0);
}
