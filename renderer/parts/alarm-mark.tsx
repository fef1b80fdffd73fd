/** A bell beside what has left a limit; nothing beside the others. */
import NotificationsActiveOutlined from '@mui/icons-material/NotificationsActiveOutlined';
import type { ReactNode } from 'react';
import { useAlarms } from '../desk/fleet.ts';
import { say } from '../words/say.ts';
import { GAUGE_WORDS, gaugeText } from './gauge-text.ts';

export function AlarmMark({ unit }: { unit: string }): ReactNode {
  const { rules, active } = useAlarms();
  const raised = active.filter((alarm) => alarm.unit === unit);
  if (raised.length === 0) return null;
  const texts = raised.flatMap((alarm) => {
    const rule = rules.find((it) => it.id === alarm.rule);
    return rule === undefined
      ? []
      : [say('alarm.mark', { gauge: say(GAUGE_WORDS[rule.gauge]), value: gaugeText(rule.gauge, alarm.value) })];
  });
  return <NotificationsActiveOutlined className="lock warn" titleAccess={texts.join(', ')} />;
}
