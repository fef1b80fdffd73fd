/** The frame and the page in it. */

import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { Component, lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from 'react';
import { call, on } from './desk/client.ts';
import { useInstances } from './desk/fleet.ts';
import { changeSettings } from './desk/settings.ts';
import { MachinesPage } from './pages/machines/page.tsx';
import { RefusalNote } from './parts/refusal.tsx';
import { run } from './parts/run.ts';
import { go, usePlace } from './routes.ts';
import { commandsOf } from './shell/commands.ts';
import { useKeys } from './shell/keys.ts';
import { NoticesDrawer, Toasts } from './shell/notices.tsx';
import { Palette } from './shell/palette.tsx';
import { Rail } from './shell/rail.tsx';
import { ShortcutsDialog } from './shell/shortcuts.tsx';
import { Strip } from './shell/strip.tsx';
import { Top } from './shell/top.tsx';
import { useDark } from './theme/look.tsx';
import { say } from './words/say.ts';
import './shell/shell.css';

/** A page is a folder and a line here. */
const PAGES: Readonly<Record<string, ReturnType<typeof lazy>>> = {
  rent: lazy(async () => ({ default: (await import('./pages/rent/page.tsx')).RentPage })),
  partition: lazy(async () => ({ default: (await import('./pages/partition/page.tsx')).PartitionPage })),
  new: lazy(async () => ({ default: (await import('./pages/partition/page.tsx')).PartitionPage })),
  machine: lazy(async () => ({ default: (await import('./pages/machine/page.tsx')).MachinePage })),
  instance: lazy(async () => ({ default: (await import('./pages/instance/page.tsx')).InstancePage })),
  spend: lazy(async () => ({ default: (await import('./pages/spend/page.tsx')).SpendPage })),
  networks: lazy(async () => ({ default: (await import('./pages/networks/page.tsx')).NetworksPage })),
  storage: lazy(async () => ({ default: (await import('./pages/storage/page.tsx')).StoragePage })),
  tasks: lazy(async () => ({ default: (await import('./pages/tasks/page.tsx')).TasksPage })),
  planner: lazy(async () => ({ default: (await import('./pages/planner/page.tsx')).PlannerPage })),
  settings: lazy(async () => ({ default: (await import('./pages/settings/page.tsx')).SettingsPage })),
};

/** A page that breaks says so and leaves the rest standing. */
class Guard extends Component<{ children: ReactNode; page: string }, { broken: string | undefined; page: string }> {
  override state = { broken: undefined as string | undefined, page: this.props.page };

  static getDerivedStateFromError(thrown: unknown): { broken: string } {
    return { broken: thrown instanceof Error ? thrown.message : String(thrown) };
  }

  static getDerivedStateFromProps(props: { page: string }, state: { page: string }): { broken: undefined; page: string } | null {
    return props.page === state.page ? null : { broken: undefined, page: props.page };
  }

  override render(): ReactNode {
    if (this.state.broken === undefined) return this.props.children;
    return (
      <div className="page-body">
        <RefusalNote refusal={{ code: 'page-broken', message: say('app.broken'), remedy: this.state.broken }}>
          <Button variant="outlined" onClick={() => this.setState({ broken: undefined })}>
            {say('word.again')}
          </Button>
        </RefusalNote>
      </div>
    );
  }
}

export function App(): ReactNode {
  const { path, query } = usePlace();
  const alone = query.has('alone');
  const page = path[0] ?? 'machines';
  const Page = PAGES[page];
  const dark = useDark();
  const [open, setOpen] = useState<'palette' | 'shortcuts' | 'leave' | 'notices'>();
  const close = (): void => setOpen(undefined);
  const commands = useMemo(
    () =>
      commandsOf({
        palette: () => setOpen('palette'),
        shortcuts: () => setOpen('shortcuts'),
        leave: () => setOpen('leave'),
        theme: () => run(() => changeSettings({ theme: document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark' })),
        notices: () => setOpen('notices'),
        diagnostics: () => run(() => call('diagnostics.collect', {})),
      }),
    [],
  );
  const palette = useMemo(() => () => setOpen('palette'), []);
  useKeys(commands, palette);
  useEffect(() => {
    const ends = [
      on('go', (fact) => go(fact.place)),
      on('command', ({ name }) => {
        if (name === 'palette' || name === 'shortcuts' || name === 'leave') setOpen(name);
        else commands.find((it) => it.id === name)?.run();
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [commands]);
  const where = path.join('/');
  // biome-ignore lint/correctness/useExhaustiveDependencies: with every page, not with every drawing
  useEffect(() => {
    // What had the focus may be gone with the page before: the keys go on in the new one, and not at the top of the window.
    if (document.activeElement === document.body) document.getElementById('content')?.focus({ preventScroll: true });
  }, [where]);
  return (
    <div className={alone ? 'shell alone' : 'shell'}>
      {!alone && (
        <>
          <a href="#content" className="skip" onClick={(event) => skip(event)}>
            {say('app.skip')}
          </a>
          <Top
            palette={palette}
            theme={() => commands.find((it) => it.id === 'theme')?.run()}
            openNotices={() => setOpen('notices')}
          />
          <Rail />
        </>
      )}
      <main className="page" id="content" tabIndex={-1} data-dark={dark}>
        <Guard page={where}>
          <Suspense fallback={null}>{Page === undefined ? <MachinesPage /> : <Page />}</Suspense>
        </Guard>
      </main>
      {!alone && <Strip />}
      <Toasts />
      <Palette open={open === 'palette'} close={close} commands={commands} />
      <ShortcutsDialog open={open === 'shortcuts'} close={close} commands={commands} />
      <NoticesDrawer open={open === 'notices'} close={close} />
      <LeaveDialog open={open === 'leave'} close={close} />
    </div>
  );
}

function skip(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

/** Closing asks what becomes of running instances. */
function LeaveDialog({ open, close }: { open: boolean; close(): void }): ReactNode {
  const count = [...useInstances().values()].filter((it) => !['ended', 'failed', 'saved'].includes(it.state)).length;
  const leave = (how: 'save' | 'shutdown' | 'discard'): void => run(() => call('app.leave', { how }));
  return (
    <Dialog open={open} onClose={close} aria-labelledby="leave-title">
      <DialogTitle id="leave-title">{say('leave.title', { count })}</DialogTitle>
      <DialogContent className="second">{say('leave.text')}</DialogContent>
      <DialogActions>
        <Button onClick={close}>{say('word.cancel')}</Button>
        <Button color="error" onClick={() => leave('discard')}>
          {say('leave.discard')}
        </Button>
        <Button variant="outlined" onClick={() => leave('shutdown')}>
          {say('leave.shutdown')}
        </Button>
        <Button variant="contained" autoFocus onClick={() => leave('save')}>
          {say('leave.save')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
