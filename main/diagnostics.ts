/** What a report of a fault needs, as one file, with everything private taken out. */
import { homedir, release, totalmem } from 'node:os';
import { app } from 'electron';
import type { Desk } from './desk/desk.ts';
import type { Logs } from './logs.ts';
import type { Settings } from './settings/settings.ts';

const LOGS = ['calls', 'processes', 'windows', 'clouds'] as const;

export function collectDiagnostics(desk: Desk, settings: Settings, logs: Logs): string {
  const fleet = desk.fleet.read();
  const report = {
    program: {
      version: app.getVersion(),
      versions: process.versions,
      platform: process.platform,
      release: release(),
      memory: totalmem(),
    },
    settings: settings.values,
    processes: desk.supervisor.rows,
    instances: fleet.instances.map(({ id, provider, type, state, reason, restarts }) => ({
      id,
      provider,
      type,
      state,
      reason,
      restarts,
    })),
    machines: fleet.machines.map(({ id, state, reason, vcpus, memoryMib }) => ({ id, state, reason, vcpus, memoryMib })),
    tasks: desk.tasks.all.slice(0, 50),
    logs: Object.fromEntries(
      [...LOGS, ...fleet.instances.map((instance) => `world_${instance.id}`)].map((name) => [name, logs.tail(name, 200)]),
    ),
  };
  return withoutSecrets(JSON.stringify(report, null, 2), homedir());
}

/** Takes out the home folder and whatever looks like a password, a key or a token. */
export function withoutSecrets(text: string, home: string): string {
  return text
    .replaceAll(home, '~')
    .replace(/((?:password|passwd|secret|token|api[_-]?key)"?\s*[:=]\s*"?)[^\s",}]+/gi, '$1(removed)')
    .replace(/-----BEGIN [A-Z ]+-----[\s\S]*?-----END [A-Z ]+-----/g, '(key removed)')
    .replace(/\b(?:ssh-(?:rsa|ed25519)|ecdsa-\S+) [A-Za-z0-9+/=]{20,}/g, '(key removed)');
}
