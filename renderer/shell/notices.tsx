/** What happened: short messages at the corner, and all of them in a drawer. */
import CloseOutlined from '@mui/icons-material/CloseOutlined';
import Drawer from '@mui/material/Drawer';
import IconButton from '@mui/material/IconButton';
import { type ReactNode, useEffect, useState } from 'react';
import type { Notice } from '../../core/contract/notices.ts';
import { notices } from '../desk/fleet.ts';
import { useStore } from '../desk/store.ts';
import { dayClock } from '../parts/format.ts';
import { noticeValues } from '../parts/gauge-text.ts';
import { say, sayAny } from '../words/say.ts';
import './notices.css';

const SHOWN = 7000;
const AT_ONCE = 3;

function Text({ notice }: { notice: Notice }): ReactNode {
  // A mere refusal speaks for itself.
  const plain = notice.words === 'notice.refused' && notice.refusal !== null;
  return (
    <div className="grow">
      <b>{plain ? notice.refusal?.message : sayAny(notice.words, noticeValues(notice.values))}</b>
      {!plain && notice.refusal !== null && <p>{notice.refusal.message}</p>}
      {notice.refusal !== null && notice.refusal.remedy !== '' && <p>{notice.refusal.remedy}</p>}
    </div>
  );
}

export function Toasts(): ReactNode {
  const all = useStore(notices);
  const [gone, setGone] = useState<ReadonlySet<Notice>>(new Set());
  const [, setNow] = useState(0);
  const fresh = all.filter((it) => !gone.has(it) && (it.level === 'failure' || Date.now() - it.at < SHOWN)).slice(0, AT_ONCE);
  const timed = fresh.some((it) => it.level !== 'failure');
  useEffect(() => {
    if (!timed) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [timed]);
  return (
    <section className="toasts" aria-live="polite" aria-label={say('notices.title')}>
      {fresh.map((notice) => (
        <div key={`${notice.at} ${notice.words}`} className={`toast ${notice.level}`}>
          <Text notice={notice} />
          <IconButton aria-label={say('notices.dismiss')} onClick={() => setGone((before) => new Set(before).add(notice))}>
            <CloseOutlined />
          </IconButton>
        </div>
      ))}
    </section>
  );
}

export function NoticesDrawer({ open, close }: { open: boolean; close(): void }): ReactNode {
  const all = useStore(notices);
  return (
    <Drawer
      anchor="right"
      open={open}
      onClose={close}
      slotProps={{ paper: { className: 'notices-drawer', role: 'dialog', 'aria-label': say('notices.title') } }}
    >
      <div className="row">
        <h2 className="grow">{say('notices.title')}</h2>
        <IconButton onClick={close} aria-label={say('word.close')}>
          <CloseOutlined />
        </IconButton>
      </div>
      {all.length === 0 && <p className="quiet">{say('notices.none')}</p>}
      {all.map((notice) => (
        <div key={`${notice.at} ${notice.words}`} className={`toast ${notice.level} flat`}>
          <Text notice={notice} />
          <span className="quiet tiny">{dayClock(notice.at)}</span>
        </div>
      ))}
    </Drawer>
  );
}
