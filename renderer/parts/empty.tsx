/** A place with nothing in it yet: says what would be here and how to get it. */
import type { ReactNode } from 'react';
import './refusal.css';

export function Empty({
  title,
  text,
  art,
  children,
}: {
  title: string;
  text: string;
  art?: ReactNode;
  children?: ReactNode;
}): ReactNode {
  return (
    <div className="empty">
      {art}
      <h2>{title}</h2>
      <p>{text}</p>
      {children !== undefined && <div className="row wrap">{children}</div>}
    </div>
  );
}
