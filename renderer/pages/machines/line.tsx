/** One line of the table. */
import ChevronRight from '@mui/icons-material/ChevronRight';
import LockOutlined from '@mui/icons-material/LockOutlined';
import { memo, type ReactNode } from 'react';
import { series } from '../../desk/gauges.ts';
import { AlarmMark } from '../../parts/alarm-mark.tsx';
import { memory, money, percent } from '../../parts/format.ts';
import { PerHour } from '../../parts/money.tsx';
import { Patches } from '../../parts/patches.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';
import { StateBadge, StateMark } from '../../parts/state.tsx';
import { say, sayAny } from '../../words/say.ts';
import { columnById } from './columns.tsx';
import type { Line } from './lines.ts';
import { type TableView, toggleFold } from './view.ts';

export interface LineProps {
  readonly line: Line;
  readonly columns: TableView['columns'];
  readonly selected: boolean;
  readonly providerName: (id: string) => string;
  readonly select: (id: string, on: boolean, range: boolean) => void;
  /** Another number: there are new readings. */
  readonly tick: number;
}

function Fold({ line }: { line: Extract<Line, { folded: boolean }> }): ReactNode {
  return (
    <button
      type="button"
      className={line.folded ? 'fold' : 'fold open'}
      tabIndex={-1}
      aria-label={say(line.folded ? 'machines.unfold' : 'machines.fold')}
      onClick={(event) => {
        event.stopPropagation();
        toggleFold(line.key);
      }}
    >
      <ChevronRight />
    </button>
  );
}

/** Drawn again only when the line, the columns or the readings have changed, not when the table is scrolled. */
export const LineCells = memo(function LineCells(props: LineProps): ReactNode {
  const { line } = props;
  switch (line.kind) {
    case 'cloud':
      return <CloudCells line={line} name={props.providerName(line.provider)} />;
    case 'group':
      return (
        <>
          <div role="gridcell" className="cell-check" />
          <div role="gridcell" className="cell-name wide">
            <Fold line={line} />
            <b>
              {line.name === ''
                ? say('machines.noGroup')
                : sayAny(`state.${line.name}`).startsWith('state.')
                  ? line.name
                  : sayAny(`state.${line.name}`)}
            </b>
            <span className="quiet">{say('count.machines', { count: line.count })}</span>
          </div>
        </>
      );
    case 'instance':
      return <InstanceCells {...props} line={line} />;
    case 'machine':
      return <MachineCells {...props} line={line} />;
  }
});

function CloudCells({ line, name }: { line: Extract<Line, { kind: 'cloud' }>; name: string }): ReactNode {
  const rate = line.instances
    .filter((it) => !['ended', 'failed'].includes(it.state))
    .reduce((sum, it) => sum + it.pricePerHour, 0);
  const first = line.instances[0];
  return (
    <>
      <div role="gridcell" className="cell-check" />
      <div role="gridcell" className="cell-name wide">
        <Fold line={line} />
        <b>{name}</b>
        <span className="quiet cut">
          {first?.region} · {say('count.instances', { count: line.instances.length })} ·{' '}
          {say('count.machines', { count: line.count })} · {money(rate, first?.currency)}/h
        </span>
      </div>
    </>
  );
}

function InstanceCells({ line, columns }: LineProps & { line: Extract<Line, { kind: 'instance' }> }): ReactNode {
  const { instance, machines } = line;
  const cpu = series(instance.id, 'cpu');
  const used = series(instance.id, 'memory').at(-1) ?? 0;
  const steal = series(instance.id, 'steal').at(-1) ?? 0;
  const cell = (id: string): ReactNode => {
    const live = cpu.length > 0;
    if (id === 'cpu' && live)
      return (
        <span className="gauge">
          <Sparkline points={cpu} max={100} tone="var(--ink-3)" label={`CPU ${percent(cpu.at(-1) ?? 0)}`} />
          <span className="number">{percent(cpu.at(-1) ?? 0)}</span>
        </span>
      );
    if (id === 'memory' && live)
      return (
        <span className="gauge">
          <span className="meter" role="img" aria-label={percent((used / instance.memoryMib) * 100)}>
            <span style={{ width: `${Math.min(100, (used / instance.memoryMib) * 100)}%`, background: 'var(--ink-3)' }} />
          </span>
          <span className="number">{memory(used)}</span>
        </span>
      );
    if (id === 'steal' && live) return <span className={steal > 7 ? 'warn' : ''}>{percent(steal)}</span>;
    if (id === 'vcpus') return instance.vcpus;
    if (id === 'size') return memory(instance.memoryMib);
    if (id === 'ecu') return instance.ecu?.toFixed(1) ?? '';
    if (id === 'price') return <PerHour value={instance.pricePerHour} currency={instance.currency} />;
    if (id === 'tags')
      return instance.tags.map((tag) => (
        <span className="tag" key={tag}>
          {tag}
        </span>
      ));
    return '';
  };
  return (
    <>
      <div role="gridcell" className="cell-check" />
      <div role="gridcell" className="cell-name" style={{ paddingLeft: 18 }}>
        <Fold line={line} />
        <Patches machines={machines} instance={instance} width={26} height={16} />
        <b className="cut">{instance.name}</b>
        <AlarmMark unit={instance.id} />
        <span className="quiet tiny cut">{instance.type}</span>
        {instance.state !== 'blanket' && (
          <span title={instance.reason}>
            <StateBadge state={instance.state} />
          </span>
        )}
      </div>
      {columns.map(({ id }) => (
        <div role="gridcell" key={id} className={columnById(id)?.numeric ? 'numeric' : ''}>
          {cell(id)}
        </div>
      ))}
    </>
  );
}

function MachineCells({ line, columns, selected, select }: LineProps & { line: Extract<Line, { kind: 'machine' }> }): ReactNode {
  const { machine } = line.row;
  return (
    <>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the cell only keeps the row from reacting */}
      <div role="gridcell" className="cell-check" onClick={(event) => event.stopPropagation()} tabIndex={-1}>
        <input
          type="checkbox"
          checked={selected}
          tabIndex={-1}
          aria-label={say('machines.select', { name: machine.name })}
          onClick={(event) => select(machine.id, !selected, event.shiftKey)}
          onChange={() => undefined}
        />
      </div>
      <div role="gridcell" className="cell-name" style={{ paddingLeft: 18 + line.depth * 14 }}>
        <span className="row" title={`${sayAny(`state.${machine.state}`)}${machine.reason === '' ? '' : `: ${machine.reason}`}`}>
          <StateMark state={machine.state} />
        </span>
        <span className="cut">{machine.name}</span>
        <AlarmMark unit={machine.id} />
        {machine.protected && <LockOutlined className="lock" titleAccess={say('machine.protected')} />}
        {Object.keys(machine.pending).length > 0 && <span className="tag">{say('machine.pending')}</span>}
      </div>
      {columns.map(({ id }) => {
        const column = columnById(id);
        return column === undefined ? null : (
          <div role="gridcell" key={id} className={column.numeric ? 'numeric' : ''}>
            {column.cell(line.row)}
          </div>
        );
      })}
    </>
  );
}
