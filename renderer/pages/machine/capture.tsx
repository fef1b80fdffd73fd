/** Captures the packets of one network card into a file that Wireshark opens. */
import Button from '@mui/material/Button';
import { type ReactNode, useState } from 'react';
import type { Machine } from '../../../core/contract/fleet.ts';
import { call } from '../../desk/client.ts';
import { run } from '../../parts/run.ts';
import { say } from '../../words/say.ts';

export function Capture({ machine, nic }: { machine: Machine; nic: string }): ReactNode {
  const [capture, setCapture] = useState<string>();
  const toggle = (): void =>
    run(async () => {
      if (capture === undefined) {
        setCapture((await call('capture.start', { machine: machine.id, nic })).capture);
        return;
      }
      const { bytes } = await call('capture.stop', { machine: machine.id, capture });
      setCapture(undefined);
      await call('file.export', { name: `${machine.name}-${nic}`, kind: 'pcap', bytes });
    }, machine.id);
  return (
    <Button variant="outlined" onClick={toggle} disabled={machine.state !== 'running'}>
      {say(capture === undefined ? 'capture.start' : 'capture.stop')}
    </Button>
  );
}
