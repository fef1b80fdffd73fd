/** When the pages of the window keep ending: a question in a dialog of the system, which needs no page. */
import { dialog } from 'electron';

/** @returns whether the window is to be opened once more */
export async function offerWindow(reason: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: 'Blanket',
    message: 'The window ended several times within a minute.',
    detail: `Reason: ${reason}. Your instances go on running meanwhile. If it happens again, collect diagnostics under Settings and report it.`,
    buttons: ['Open the window again', 'Save everything and quit'],
    defaultId: 0,
    cancelId: 0,
  });
  return response === 0;
}
