/** Writes a disk of a machine to a file, in a chosen format. */
import Button from '@mui/material/Button';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Tooltip from '@mui/material/Tooltip';
import { type ReactNode, useState } from 'react';
import { call } from '../../desk/client.ts';
import { useMachine } from '../../desk/fleet.ts';
import { run } from '../../parts/run.ts';
import { say } from '../../words/say.ts';

const FORMATS = ['qcow2', 'raw'] as const;
/** Then it may write to the disk. */
const WRITES: ReadonlySet<string> = new Set(['running', 'starting', 'stopping', 'creating']);

export function ExportDisk({ machine, disk, name }: { machine: string; disk: string; name: string }): ReactNode {
  const [at, setAt] = useState<HTMLElement>();
  const row = useMachine(machine);
  const writes = row !== undefined && WRITES.has(row.state);
  const write = (format: (typeof FORMATS)[number]): void => {
    setAt(undefined);
    run(async () => {
      const { path } = await call('file.place', { name, kind: format });
      if (path !== null) await call('volume.export', { machine, disk, format, path });
    }, machine);
  };
  return (
    <>
      <Tooltip title={writes ? say('storage.exportWrites') : ''}>
        <span>
          <Button
            variant="outlined"
            disabled={writes}
            aria-haspopup="menu"
            aria-label={say('storage.exportOf', { name })}
            onClick={(event) => setAt(event.currentTarget)}
          >
            {say('storage.export')}
          </Button>
        </span>
      </Tooltip>
      <Menu open={at !== undefined} anchorEl={at ?? null} onClose={() => setAt(undefined)}>
        {FORMATS.map((format) => (
          <MenuItem key={format} onClick={() => write(format)}>
            {say(`exportAs.${format}`)}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
