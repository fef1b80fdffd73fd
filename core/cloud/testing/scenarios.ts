/** Scenarios that several tests share. */
import { asScenario } from '../scenario.ts';

/** A thousand machines of three classes with a day. */
export const THOUSAND = asScenario({
  provider: 'gce-kvm',
  type: 'c3-standard-176',
  instances: 2,
  guests: [
    {
      name: 'web',
      count: 600,
      memoryMb: 1024,
      load: { mean: 0.1, burst: 0.8 },
      hourly: Array.from({ length: 24 }, (_, h) => 1 + Math.min(h, 24 - h) / 6),
      correlation: 0.05,
      workingSet: { idle: 0.4 },
    },
    {
      name: 'batch',
      count: 300,
      vcpus: 2,
      memoryMb: 2048,
      load: { mean: 0.2 },
      hourly: Array.from({ length: 24 }, (_, h) => (h < 6 ? 3 : 1)),
    },
    { name: 'idle', count: 100, memoryMb: 512, load: { mean: 0.01 } },
  ],
  baseline: { type: 'e2-small' },
});
