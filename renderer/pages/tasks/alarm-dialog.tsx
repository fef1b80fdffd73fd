/** One rule of the alarms. */
import TextField from '@mui/material/TextField';
import { type ReactNode, useState } from 'react';
import type { AlarmRule } from '../../../core/contract/alarms.ts';
import { GAUGES, gaugeIndex } from '../../../core/contract/gauges.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { ChoiceField } from '../../parts/choice-field.tsx';
import { GAUGE_UNITS, GAUGE_WORDS } from '../../parts/gauge-text.ts';
import { NumberField } from '../../parts/number-field.tsx';
import { say } from '../../words/say.ts';
import { ruleText } from './alarms.tsx';

const fresh = (): AlarmRule => ({
  id: crypto.randomUUID(),
  gauge: 'cpu',
  comparison: 'above',
  limit: 90,
  seconds: 60,
  about: 'machines',
  tag: '',
  on: true,
});

export function AlarmDialog({
  rule: given,
  keep,
  close,
}: {
  rule: AlarmRule | undefined;
  keep(rule: AlarmRule): void;
  close(): void;
}): ReactNode {
  const [rule, setRule] = useState(given ?? fresh);
  const set = (change: Partial<AlarmRule>): void => setRule((before) => ({ ...before, ...change }));
  const unit = GAUGE_UNITS[GAUGES[gaugeIndex[rule.gauge]]?.unit ?? 'percent'];
  return (
    <AskDialog
      title={say(given === undefined ? 'alarm.new' : 'alarm.edit')}
      width={460}
      go={say('word.apply')}
      act={() => keep(rule)}
      close={close}
    >
      <div className="form-grid" style={{ paddingTop: 8 }}>
        <ChoiceField
          autoFocus
          label={say('alarm.gauge')}
          value={rule.gauge}
          choices={GAUGES.map(({ name }) => [name, say(GAUGE_WORDS[name])])}
          help=" "
          set={(gauge) => set({ gauge })}
        />
        <ChoiceField
          label={say('alarm.comparison')}
          value={rule.comparison}
          choices={[
            ['above', say('alarm.isAbove')],
            ['below', say('alarm.isBelow')],
          ]}
          help=" "
          set={(comparison) => set({ comparison })}
        />
        <NumberField label={say('alarm.limit', { unit })} value={rule.limit} min={0} max={1e12} set={(limit) => set({ limit })} />
        <NumberField label={say('alarm.seconds')} value={rule.seconds} min={1} max={86_400} set={(seconds) => set({ seconds })} />
        <ChoiceField
          label={say('alarm.about')}
          value={rule.about}
          choices={[
            ['machines', say('alarm.machines')],
            ['instances', say('alarm.instances')],
          ]}
          help=" "
          set={(about) => set({ about })}
        />
        <TextField
          label={say('alarm.tag')}
          value={rule.tag}
          onChange={(event) => set({ tag: event.target.value.trim() })}
          helperText=" "
        />
      </div>
      <p className="second" aria-live="polite">
        {ruleText(rule)}
      </p>
    </AskDialog>
  );
}
