/** The main page: clouds, instances and machines in one table. */
import AddOutlined from '@mui/icons-material/AddOutlined';
import Button from '@mui/material/Button';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { call } from '../../desk/client.ts';
import { useInstances, useLoaded, useMachines } from '../../desk/fleet.ts';
import { useRead } from '../../desk/queries.ts';
import { useSettings } from '../../desk/settings.ts';
import { csvOf } from '../../parts/csv.ts';
import { run } from '../../parts/run.ts';
import { go, setQuery, usePlace } from '../../routes.ts';
import { say } from '../../words/say.ts';
import { BulkBar } from './bulk.tsx';
import { columnById, columnName } from './columns.tsx';
import { parseFilter } from './filter.ts';
import { FirstStart } from './first-start.tsx';
import { linesOf } from './lines.ts';
import { Panel } from './panel.tsx';
import { Table } from './table.tsx';
import { Toolbar } from './toolbar.tsx';
import { useTableView } from './view.ts';
import './page.css';

export function MachinesPage(): ReactNode {
  const instances = useInstances();
  const machines = useMachines();
  const loaded = useLoaded();
  const view = useTableView();
  const { query } = usePlace();
  const { sidePanel } = useSettings();
  const catalogue = useRead('catalogue.read', {});
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const text = query.get('filter') ?? '';
  const active = query.get('on');
  const filter = useMemo(() => (text.trim() === '' ? undefined : parseFilter(text)), [text]);
  const lines = useMemo(
    () => linesOf(instances, machines, filter, { grouping: view.grouping, folded: new Set(view.folded), sort: view.sort }),
    [instances, machines, filter, view],
  );
  const providers = catalogue.value?.providers;
  const providerName = useCallback((id: string) => providers?.find((it) => it.id === id)?.name ?? id, [providers]);
  const rows = lines.flatMap((line) => (line.kind === 'machine' ? [line.row] : []));
  const chosen = [...selected].flatMap((id) => machines.get(id) ?? []);
  const exportCsv = (): void => {
    const columns = view.columns.flatMap(({ id }) => columnById(id) ?? []);
    const head = [say('column.name'), say('column.state'), ...columns.map(columnName)];
    const body = rows.map((row) => [row.machine.name, row.machine.state, ...columns.map((column) => column.value(row))]);
    run(() => call('file.export', { name: 'machines', kind: 'csv', bytes: csvOf([head, ...body]) }));
  };
  if (!loaded) return null;
  return (
    <>
      <div className="page-head">
        <h1>{say('nav.machines')}</h1>
        <span className="quiet grow cut">
          {instances.size > 0 &&
            `${say('count.instances', { count: instances.size })}, ${say('count.machines', { count: machines.size })}`}
        </span>
        {instances.size > 0 && (
          <Button variant="outlined" onClick={() => go('/new')}>
            {say('command.new')}
          </Button>
        )}
        {instances.size > 0 && (
          <Button variant="outlined" onClick={() => go('/partition')}>
            {say('command.partition')}
          </Button>
        )}
        <Button variant="contained" startIcon={<AddOutlined />} onClick={() => go('/rent')}>
          {say('command.rent')}
        </Button>
      </div>
      {instances.size === 0 ? (
        <FirstStart catalogue={catalogue.value} />
      ) : (
        <div className="machines">
          <div className="machines-main">
            <Toolbar
              text={text}
              setText={(next) => setQuery('filter', next)}
              unknown={filter?.unknown ?? []}
              view={view}
              count={rows.length}
              total={machines.size}
              exportCsv={exportCsv}
            />
            <Table
              lines={lines}
              view={view}
              selected={selected}
              setSelected={setSelected}
              active={active}
              setActive={(id) => setQuery('on', id)}
              providerName={providerName}
            />
            {rows.length === 0 && filter !== undefined && <p className="none-found">{say('filter.none')}</p>}
            <BulkBar machines={chosen} clear={() => setSelected(new Set())} />
          </div>
          {sidePanel && active !== undefined && <Panel key={active} unit={active} close={() => setQuery('on', undefined)} />}
        </div>
      )}
    </>
  );
}
