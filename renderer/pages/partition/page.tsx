/** Laying the Blanket, cutting the instance, and adding one machine to it. */
import Button from '@mui/material/Button';
import { type ReactNode, useState } from 'react';
import type { Instance } from '../../../core/contract/fleet.ts';
import { useInstances } from '../../desk/fleet.ts';
import { Empty } from '../../parts/empty.tsx';
import { StateBadge } from '../../parts/state.tsx';
import { go, setQuery, usePlace } from '../../routes.ts';
import { say } from '../../words/say.ts';
import { CutForm } from './cut-form.tsx';
import { LayForm } from './lay-form.tsx';
import '../rent/rent.css';
import './partition.css';

export function PartitionPage(): ReactNode {
  const { path, query } = usePlace();
  const single = path[0] === 'new';
  const instances = [...useInstances().values()].filter((it) => !['ended', 'failed'].includes(it.state));
  const [fallback] = useState(() => instances.find((it) => it.state === 'blanket')?.id ?? instances[0]?.id);
  const instance = instances.find((it) => it.id === (query.get('instance') ?? fallback));
  if (instance === undefined) {
    return (
      <Empty title={say('partition.none')} text={say('partition.noneText')}>
        <Button variant="contained" onClick={() => go('/rent')}>
          {say('command.rent')}
        </Button>
      </Empty>
    );
  }
  return (
    <>
      <div className="page-head">
        <h1>{say(instance.capacity === null ? 'partition.layTitle' : single ? 'partition.newTitle' : 'partition.title')}</h1>
        <select
          className="select"
          value={instance.id}
          aria-label={say('word.instance')}
          onChange={(event) => setQuery('instance', event.target.value)}
        >
          {instances.map((it) => (
            <option key={it.id} value={it.id}>
              {it.name} ({it.type})
            </option>
          ))}
        </select>
        <StateBadge state={instance.state} />
      </div>
      <Body instance={instance} single={single} />
    </>
  );
}

function Body({ instance, single }: { instance: Instance; single: boolean }): ReactNode {
  if (instance.capacity !== null) return <CutForm key={`${instance.id} ${single}`} instance={instance} single={single} />;
  return <LayForm key={instance.id} instance={instance} />;
}
