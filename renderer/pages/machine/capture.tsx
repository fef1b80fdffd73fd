/** Captures the packets of one network card into a file that Wireshark opens; it goes on while other pages are shown. */
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import type { Machine } from '../../../core/contract/fleet.ts';
import type { Capture as Running } from '../../../core/contract/storage.ts';
import { call } from '../../desk/client.ts';
import { bytes as bytesText, whole } from '../../parts/format.ts';
import { run } from '../../parts/run.ts';
import { say } from '../../words/say.ts';

interface Props {
  readonly machine: Machine;
  readonly nic: string;
  readonly running: Running | undefined;
  /** It was started or stopped. */
  changed(): void;
}

export function Capture({ machine, nic, running, changed }: Props): ReactNode {
  const toggle = (): void =>
    run(async () => {
      if (running === undefined) await call('capture.start', { machine: machine.id, nic });
      else {
        const { bytes } = await call('capture.stop', { machine: machine.id, capture: running.id });
        await call('file.export', { name: `${machine.name}-${nic}`, kind: 'pcap', bytes });
      }
      changed();
    }, machine.id);
  return (
    <>
      {running !== undefined && (
        <span className={running.missed > 0 ? 'warn small' : 'second small'} role="status">
          {say(running.missed > 0 ? 'capture.full' : 'capture.so', {
            packets: whole(running.packets),
            size: bytesText(running.bytes),
            missed: whole(running.missed),
          })}
        </span>
      )}
      <Button variant="outlined" onClick={toggle} disabled={running === undefined && machine.state !== 'running'}>
        {say(running === undefined ? 'capture.start' : 'capture.stop')}
      </Button>
    </>
  );
}
