/** Images machines start from, and the disks that were made of them, with their real sizes. */
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import type { Image, Volume } from '../../../core/contract/storage.ts';
import { call } from '../../desk/client.ts';
import { useInstances, useMachines, useTasks } from '../../desk/fleet.ts';
import { useRead } from '../../desk/queries.ts';
import { memory } from '../../parts/format.ts';
import { RefusalNote } from '../../parts/refusal.tsx';
import { run } from '../../parts/run.ts';
import { TaskBar } from '../../parts/task.tsx';
import { say, type Words } from '../../words/say.ts';
import { ExportDisk } from './export-disk.tsx';
import { ImportDialog } from './import-dialog.tsx';

/** In the units in which disks are ordered. */
const size = (bytes: number): string => memory(bytes / 2 ** 20);

export function StoragePage(): ReactNode {
  const images = useRead('image.list', {}, ['storage.changed', 'task.changed']);
  const instances = [...useInstances().values()].filter((it) => it.capacity !== null);
  return (
    <>
      <div className="page-head">
        <h1 className="grow">{say('nav.storage')}</h1>
        <ImportDialog done={images.again} />
      </div>
      <div className="page-body stack">
        <section className="card flush">
          <div className="card-head" style={{ padding: '14px 16px 0' }}>
            <h2>{say('storage.images')}</h2>
          </div>
          {images.refusal !== undefined && <RefusalNote refusal={images.refusal} />}
          <Images images={images.value ?? []} again={images.again} />
        </section>
        <section className="card flush">
          <div className="card-head" style={{ padding: '14px 16px 0' }}>
            <h2>{say('storage.volumes')}</h2>
          </div>
          <table className="plain">
            <VolumesHead />
            <tbody>
              {instances.map((it) => (
                <Volumes key={it.id} instance={it.id} />
              ))}
            </tbody>
          </table>
          {instances.length === 0 && (
            <p className="quiet" style={{ padding: 16 }}>
              {say('storage.noVolumes')}
            </p>
          )}
        </section>
      </div>
    </>
  );
}

function Images({ images, again }: { images: readonly Image[]; again(): void }): ReactNode {
  const preparing = [...useTasks().values()].find((it) => it.state === 'running' && it.title === 'task.prepareImage');
  if (images.length === 0)
    return (
      <p className="quiet" style={{ padding: 16 }}>
        {say('storage.noImages')}
      </p>
    );
  return (
    <table className="plain">
      <thead>
        <tr>
          <th>{say('column.name')}</th>
          <th>{say('storage.kind')}</th>
          <th>{say('column.state')}</th>
          <th>{say('storage.source')}</th>
          <th className="number">{say('storage.virtual')}</th>
          <th className="number">{say('storage.real')}</th>
          <td aria-hidden="true" />
        </tr>
      </thead>
      <tbody>
        {images.map((image) => (
          <tr key={image.id}>
            <td>
              <b>{image.name}</b>
              {image.builtIn && <span className="tag">{say('storage.builtIn')}</span>}
              {image.checksum !== '' && <div className="quiet tiny mono">{image.checksum.slice(0, 16)}</div>}
            </td>
            <td>
              {say(`image.${image.kind}` as Words)}, {image.format}
            </td>
            <td>
              {preparing !== undefined && image.state !== 'ready' ? (
                <TaskBar task={preparing} />
              ) : (
                <span className={image.state === 'damaged' ? 'warn' : ''}>{say(`image.${image.state}` as Words)}</span>
              )}
            </td>
            <td className="second">{image.source === '' ? say('storage.imported') : image.source}</td>
            <td className="number">{image.state === 'absent' ? '–' : size(image.virtualBytes)}</td>
            <td className="number">{image.state === 'absent' ? '–' : size(image.realBytes)}</td>
            <td className="number">
              {image.state !== 'ready' && image.builtIn && (
                <Button
                  variant="outlined"
                  disabled={preparing !== undefined}
                  onClick={() =>
                    run(async () => {
                      await call('image.prepare', { image: image.id });
                      again();
                    })
                  }
                >
                  {say('storage.prepare')}
                </Button>
              )}
              {!image.builtIn && (
                <Button
                  color="error"
                  disabled={image.usedBy.length > 0}
                  onClick={() =>
                    run(async () => {
                      await call('image.remove', { image: image.id });
                      again();
                    })
                  }
                >
                  {say('action.remove')}
                </Button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function VolumesHead(): ReactNode {
  return (
    <thead>
      <tr>
        <th>{say('column.name')}</th>
        <th>{say('word.instance')}</th>
        <th>{say('column.image')}</th>
        <th>{say('storage.usedBy')}</th>
        <th className="number">{say('storage.virtual')}</th>
        <th className="number">{say('storage.real')}</th>
        <td aria-hidden="true" />
      </tr>
    </thead>
  );
}

function Volumes({ instance }: { instance: string }): ReactNode {
  const { value } = useRead('volume.list', { instance }, ['machine.changed', 'machine.gone']);
  const name = useInstances().get(instance)?.name ?? instance;
  const machines = useMachines();
  return (value ?? []).map((volume: Volume) => {
    const [machine = '', disk = ''] = volume.id.split(' ');
    return (
      <tr key={volume.id}>
        <td>{volume.name}</td>
        <td className="second">{name}</td>
        <td className="second">{volume.image === '' ? say('cut.diskEmpty') : volume.image}</td>
        <td>{volume.usedBy.map((id) => machines.get(id)?.name ?? id).join(', ')}</td>
        <td className="number">{size(volume.virtualBytes)}</td>
        <td className="number">{size(volume.realBytes)}</td>
        <td className="number">
          <ExportDisk machine={machine} disk={disk} name={`${machines.get(machine)?.name ?? machine}-${disk}`} />
        </td>
      </tr>
    );
  });
}
