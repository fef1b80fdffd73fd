/** The mark of the program: a square of cloth cut into patches, woven over and under. */
import type { ReactNode } from 'react';

export function Logo({ size = 22 }: { size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <rect x="1" y="1" width="10.2" height="10.2" rx="2.4" fill="var(--thread-0)" />
      <rect x="12.8" y="1" width="10.2" height="4.6" rx="1.6" fill="var(--thread-1)" />
      <rect x="12.8" y="6.9" width="4.6" height="10.2" rx="1.6" fill="var(--thread-2)" />
      <rect x="18.7" y="6.9" width="4.3" height="16.1" rx="1.6" fill="var(--thread-3)" />
      <rect x="1" y="12.8" width="4.6" height="10.2" rx="1.6" fill="var(--thread-2)" />
      <rect x="6.9" y="12.8" width="4.3" height="10.2" rx="1.6" fill="var(--thread-1)" />
      <rect x="12.8" y="18.4" width="4.6" height="4.6" rx="1.6" fill="var(--thread-0)" />
    </svg>
  );
}
