/** The application menu. Every command of it is also in the window's command palette, under the same name. */
import { Menu, type MenuItemConstructorOptions } from 'electron';

export interface MenuActions {
  go(place: string): void;
  command(name: string): void;
  quit(): void;
}

function menuTemplate(actions: MenuActions, mac: boolean): MenuItemConstructorOptions[] {
  const go = (label: string, place: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => actions.go(place),
    ...(accelerator === undefined ? {} : { accelerator }),
  });
  const run = (label: string, name: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => actions.command(name),
    ...(accelerator === undefined ? {} : { accelerator }),
  });
  return [
    {
      label: 'File',
      submenu: [
        go('Rent an instance…', '/rent', 'CmdOrCtrl+N'),
        { type: 'separator' },
        go('Settings', '/settings', 'CmdOrCtrl+,'),
        { type: 'separator' },
        { label: mac ? 'Quit Blanket' : 'Quit', accelerator: 'CmdOrCtrl+Q', click: () => actions.quit() },
      ],
    },
    {
      label: 'Edit',
      submenu: [
        { role: 'undo' },
        { role: 'redo' },
        { type: 'separator' },
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: 'View',
      submenu: [
        run('Command palette', 'palette', 'CmdOrCtrl+K'),
        { type: 'separator' },
        go('Machines', '/machines', 'CmdOrCtrl+1'),
        go('Planner', '/planner', 'CmdOrCtrl+2'),
        go('Spend', '/spend', 'CmdOrCtrl+3'),
        go('Networks', '/networks', 'CmdOrCtrl+4'),
        go('Storage', '/storage', 'CmdOrCtrl+5'),
        go('Tasks', '/tasks', 'CmdOrCtrl+6'),
        { type: 'separator' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'resetZoom' },
        { role: 'togglefullscreen' },
      ],
    },
    {
      label: 'Help',
      submenu: [run('Keyboard shortcuts', 'shortcuts', 'CmdOrCtrl+/'), run('Collect diagnostics…', 'diagnostics')],
    },
  ];
}

export function installMenu(actions: MenuActions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(actions, process.platform === 'darwin')));
}
