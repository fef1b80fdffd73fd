/** From the plan to the machines: the wizards of renting and cutting, filled in. */
import Button from '@mui/material/Button';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { type ReactNode, useState } from 'react';
import type { PlanScenario } from '../../../core/contract/plan-scenario.ts';
import { useInstances } from '../../desk/fleet.ts';
import { cutQuery } from '../../parts/cut-order.ts';
import { go } from '../../routes.ts';
import { say } from '../../words/say.ts';

export function ApplyButton({ draft, rentable }: { draft: PlanScenario; rentable: boolean }): ReactNode {
  const [at, setAt] = useState<HTMLElement>();
  const cut = cutQuery(
    draft.guests.map((it) => ({
      name: it.name ?? 'guest',
      count: Math.max(1, Math.ceil(it.count / (draft.instances ?? 1))),
      vcpus: it.vcpus ?? 1,
      memoryMib: Math.floor(it.memoryMb),
      diskGib: Math.ceil(it.diskGb ?? 0),
      weight: it.weight ?? 256,
      cap: it.capPercent ?? 0,
    })),
  );
  const there = [...useInstances().values()].filter(
    (it) => it.provider === draft.provider && it.type === draft.type && (it.state === 'blanket' || it.state === 'ready'),
  );
  const rent = (): void => go(`/rent?${new URLSearchParams({ provider: draft.provider, type: draft.type, cut }).toString()}`);
  return (
    <>
      <Button
        variant="contained"
        disabled={!rentable}
        onClick={(event) => (there.length === 0 ? rent() : setAt(event.currentTarget))}
        title={rentable ? undefined : say('rent.notRentable')}
      >
        {say('plan.apply')}
      </Button>
      <Menu open={at !== undefined} anchorEl={at ?? null} onClose={() => setAt(undefined)}>
        <MenuItem onClick={rent}>{say('plan.applyRent', { type: draft.type })}</MenuItem>
        {there.map((it) => (
          <MenuItem key={it.id} onClick={() => go(`/partition?${new URLSearchParams({ instance: it.id, cut }).toString()}`)}>
            {say('plan.applyCut', { name: it.name })}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
