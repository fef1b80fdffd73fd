/** Who answers for the charge of an instance: by reservation or by use, and what becomes of what is idle. */
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import type { ReactNode } from 'react';
import type { Apportioning } from '../../../core/contract/spend.ts';
import { call } from '../../desk/client.ts';
import { ChoiceField } from '../../parts/choice-field.tsx';
import { run } from '../../parts/run.ts';
import { say } from '../../words/say.ts';

export function ApportioningBar({ apportioning, saved }: { apportioning: Apportioning; saved(): void }): ReactNode {
  const choose = (change: Partial<Apportioning>): void =>
    run(async () => {
      await call('spend.apportion', { ...apportioning, ...change });
      saved();
    });
  return (
    <div className="card row spend-by">
      <ChoiceField
        label={say('spend.by')}
        value={apportioning.by}
        choices={[
          ['reservation', say('spend.by.reservation')],
          ['use', say('spend.by.use')],
        ]}
        width={220}
        set={(by) => choose({ by })}
      />
      <FormControlLabel
        control={<Switch checked={apportioning.shareIdle} onChange={(_event, shareIdle) => choose({ shareIdle })} />}
        label={say('spend.shareIdle')}
      />
      <p className="quiet small grow">{say(`spendRule.${apportioning.by}`)}</p>
    </div>
  );
}
