/** Menus as data: nothing is drawn, the accelerators work, and a test can press any item. */

interface Item {
  label?: string;
  role?: string;
  type?: string;
  accelerator?: string;
  click?: (...args: unknown[]) => void;
  submenu?: Item[] | StandInMenu;
}

export class StandInMenu {
  constructor(readonly items: Item[]) {}

  popup = (): void => undefined;

  static buildFromTemplate(template: Item[]): StandInMenu {
    return new StandInMenu(
      template.map((item) => ({
        ...item,
        ...(Array.isArray(item.submenu) ? { submenu: StandInMenu.buildFromTemplate(item.submenu) } : {}),
      })),
    );
  }

  static setApplicationMenu(menu: StandInMenu | null): void {
    current.menu = menu;
  }

  static getApplicationMenu(): StandInMenu | null {
    return current.menu;
  }
}

const current: { menu: StandInMenu | null } = { menu: null };

function all(menu: StandInMenu | null): Item[] {
  return (menu?.items ?? []).flatMap((item) => [item, ...(item.submenu instanceof StandInMenu ? all(item.submenu) : [])]);
}

/** A key was pressed in a window: the menu item it belongs to is clicked. */
export function accelerator(key: { key: string; control: boolean; meta: boolean; alt: boolean; shift: boolean }): void {
  const wanted = [
    key.control || key.meta ? 'CmdOrCtrl' : '',
    key.alt ? 'Alt' : '',
    key.shift ? 'Shift' : '',
    key.key.length === 1 ? key.key.toUpperCase() : key.key,
  ]
    .filter((part) => part !== '')
    .join('+');
  all(current.menu)
    .find((item) => item.accelerator === wanted)
    ?.click?.();
}
