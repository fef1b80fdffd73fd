/** The layers, drawn: the provider's computer, its hypervisor, the rented container, the Blanket, machines. */
import type { ReactNode } from 'react';
import type { Flavour } from '../../../core/contract/fleet.ts';
import { say } from '../../words/say.ts';

export function Layers({ flavour, laid, laying }: { flavour: Flavour; laid: boolean; laying: boolean }): ReactNode {
  const second = laid || laying;
  return (
    <svg viewBox="0 0 640 186" className="layers" role="img" aria-label={say('lay.drawing')}>
      <rect x="1" y="150" width="638" height="35" rx="6" className="layer ground" />
      <text x="16" y="172">
        {say('layer.hardware')}
      </text>
      <rect x="1" y="108" width="638" height="36" rx="6" className="layer first" />
      <text x="16" y="131">
        {say(flavour === 'xen' ? 'layer.xen' : 'layer.kvm')}
      </text>
      <text x="624" y="131" textAnchor="end" className="dim">
        {say('layer.firstHint')}
      </text>
      <rect x="150" y="2" width="489" height="100" rx="8" className="layer container" />
      <text x="1" y="56" className="dim">
        {say('layer.container')}
      </text>
      <rect x="162" y="64" width="465" height="30" rx="6" className={second ? 'layer blanket' : 'layer wanted'} />
      <text x="176" y="84" className={second ? 'strong' : 'dim'}>
        {say('layer.blanket')}
      </text>
      {[0, 1, 2, 3, 4, 5, 6, 7].map((index) => (
        <rect
          key={index}
          x={index === 0 ? 162 : 250 + (index - 1) * 54.2}
          y="12"
          width={index === 0 ? 82 : 49}
          height="44"
          rx="5"
          className={index === 0 ? 'layer own' : 'layer machine'}
          fill={index === 0 ? undefined : `var(--thread-${index - 1})`}
          opacity={laid ? 1 : 0.35}
        />
      ))}
      <text x="203" y="38" textAnchor="middle" className="tiny-text">
        {say('layer.driver')}
      </text>
    </svg>
  );
}
