/** Alarms: what is raised now, and the rules that raise it. */
import Button from '@mui/material/Button';
import Switch from '@mui/material/Switch';
import { type ReactNode, useState } from 'react';
import type { Alarm, AlarmRule } from '../../../core/contract/alarms.ts';
import { call } from '../../desk/client.ts';
import { useAlarms, useInstances, useMachines } from '../../desk/fleet.ts';
import { Empty } from '../../parts/empty.tsx';
import { dayClock, duration } from '../../parts/format.ts';
import { GAUGE_WORDS, gaugeText } from '../../parts/gauge-text.ts';
import { run } from '../../parts/run.ts';
import { say } from '../../words/say.ts';
import { AlarmDialog } from './alarm-dialog.tsx';

export const ruleText = (rule: AlarmRule): string =>
  say(rule.comparison === 'above' ? 'alarm.above' : 'alarm.below', {
    gauge: say(GAUGE_WORDS[rule.gauge]),
    limit: gaugeText(rule.gauge, rule.limit),
    time: duration(rule.seconds),
  });

export function Alarms(): ReactNode {
  const { rules, active } = useAlarms();
  const [editing, setEditing] = useState<AlarmRule | 'new'>();
  const write = (next: readonly AlarmRule[]): void => run(() => call('alarm.write', { rules: [...next] }));
  const keep = (rule: AlarmRule): void => {
    setEditing(undefined);
    write(rules.some((it) => it.id === rule.id) ? rules.map((it) => (it.id === rule.id ? rule : it)) : [...rules, rule]);
  };
  return (
    <div className="stack">
      <section className="card flush">
        <h2 className="card-title">
          {active.length === 0 ? say('alarm.noneRaised') : say('alarm.active', { count: active.length })}
        </h2>
        {active.length === 0 ? <p className="card-quiet">{say('alarm.quiet')}</p> : <Active rules={rules} active={active} />}
      </section>
      <section className="card flush">
        <div className="row card-title">
          <h2 className="grow">{say('alarm.rules')}</h2>
          <Button variant="outlined" onClick={() => setEditing('new')}>
            {say('alarm.new')}
          </Button>
        </div>
        {rules.length === 0 ? (
          <Empty title={say('alarm.none')} text={say('alarm.noneText')} />
        ) : (
          <table className="plain">
            <thead>
              <tr>
                <th>{say('alarm.when')}</th>
                <th>{say('alarm.about')}</th>
                <th>{say('alarm.on')}</th>
                <td aria-hidden="true" />
              </tr>
            </thead>
            <tbody>
              {rules.map((rule) => (
                <tr key={rule.id}>
                  <td>{ruleText(rule)}</td>
                  <td className="second">
                    {say(rule.about === 'machines' ? 'alarm.machines' : 'alarm.instances')}
                    {rule.tag !== '' && <span className="tag">{rule.tag}</span>}
                  </td>
                  <td>
                    <Switch
                      edge="start"
                      checked={rule.on}
                      onChange={(_event, on) => write(rules.map((it) => (it.id === rule.id ? { ...it, on } : it)))}
                      slotProps={{ input: { 'aria-label': say('alarm.switch', { rule: ruleText(rule) }) } }}
                    />
                  </td>
                  <td className="number">
                    <Button onClick={() => setEditing(rule)}>{say('word.edit')}</Button>
                    <Button color="error" onClick={() => write(rules.filter((it) => it.id !== rule.id))}>
                      {say('action.remove')}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
      {editing !== undefined && (
        <AlarmDialog rule={editing === 'new' ? undefined : editing} keep={keep} close={() => setEditing(undefined)} />
      )}
    </div>
  );
}

function Active({ rules, active }: { rules: readonly AlarmRule[]; active: readonly Alarm[] }): ReactNode {
  const machines = useMachines();
  const instances = useInstances();
  return (
    <table className="plain">
      <thead>
        <tr>
          <th>{say('alarm.unit')}</th>
          <th>{say('alarm.when')}</th>
          <th className="number">{say('alarm.value')}</th>
          <th>{say('alarm.since')}</th>
        </tr>
      </thead>
      <tbody>
        {active.map((alarm) => {
          const rule = rules.find((it) => it.id === alarm.rule);
          const machine = machines.get(alarm.unit);
          return (
            <tr key={`${alarm.rule} ${alarm.unit}`}>
              <td>
                <a href={machine === undefined ? `#/instance/${alarm.unit}/performance` : `#/machine/${alarm.unit}/performance`}>
                  {machine?.name ?? instances.get(alarm.unit)?.name ?? alarm.unit}
                </a>
              </td>
              <td className="second">{rule === undefined ? alarm.rule : ruleText(rule)}</td>
              <td className="number">{rule === undefined ? alarm.value : gaugeText(rule.gauge, alarm.value)}</td>
              <td className="second">{dayClock(alarm.since)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
