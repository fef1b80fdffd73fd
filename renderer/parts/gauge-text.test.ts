/** Readings and notices about them carry units and words. */
import { expect, it } from 'vitest';
import { gaugeText, noticeValues } from './gauge-text.ts';

it('writes each gauge in its unit', () => {
  expect(gaugeText('cpu', 12.34)).toBe('12 %');
  expect(gaugeText('memory', 2048)).toBe('2 GiB');
  expect(gaugeText('netIn', 1_500_000)).toBe('1.5 MB/s');
  expect(gaugeText('exits', 1234)).toBe('1,234/s');
});

it('fills a notice about an alarm with words, and leaves other notices alone', () => {
  expect(noticeValues({ name: 'vm', gauge: 'steal', value: '31', limit: '25', seconds: '300' })).toEqual({
    name: 'vm',
    gauge: 'Steal',
    value: '31 %',
    limit: '25 %',
    seconds: '300',
    time: '5 min',
  });
  expect(noticeValues({ process: 'weaver' })).toEqual({ process: 'weaver' });
});
