/** The store: paths, permissions, quotas, transactions, watches, and the wire. */
import { describe, expect, it } from 'vitest';
import { StoreType } from '../../abi/xen/store.table.ts';
import { StoreServer } from './server.ts';
import type { Watcher } from './watches.ts';

class Client implements Watcher {
  readonly events: string[] = [];
  constructor(
    readonly domain: number,
    private readonly server: StoreServer,
  ) {}
  event(path: string, token: string): void {
    this.events.push(`${path} ${token}`);
  }
  ask(type: number, payload: string, transaction = 0): string {
    const answer = this.server.serve(this, type, transaction, payload);
    return 'error' in answer ? answer.error : answer.payload;
  }
  read(path: string, transaction = 0): string {
    return this.ask(StoreType.READ, `${path}\0`, transaction);
  }
  write(path: string, value: string, transaction = 0): string {
    return this.ask(StoreType.WRITE, `${path}\0${value}`, transaction);
  }
}

const setUp = () => {
  const server = new StoreServer();
  const [control, guest, other] = [new Client(0, server), new Client(1, server), new Client(2, server)];
  for (const client of [guest, other]) {
    control.write(`/local/domain/${client.domain}`, '');
    control.ask(StoreType.SET_PERMS, `/local/domain/${client.domain}\0n0\0r${client.domain}\0`);
    control.write(`/local/domain/${client.domain}/data`, '');
    control.ask(StoreType.SET_PERMS, `/local/domain/${client.domain}/data\0n${client.domain}\0`);
  }
  return { server, control, guest, other };
};

describe('nodes', () => {
  it('are made with their parents, read by relative path, listed and removed', () => {
    const { guest, control } = setUp();
    expect(guest.write('data/a/b', 'x')).toBe('OK\0');
    expect(guest.read('data/a/b')).toBe('x');
    expect(control.read('/local/domain/1/data/a/b')).toBe('x');
    expect(guest.ask(StoreType.DIRECTORY, 'data\0')).toBe('a\0');
    expect(guest.ask(StoreType.RM, 'data/a\0')).toBe('OK\0');
    expect(guest.read('data/a/b')).toBe('ENOENT');
    expect(guest.ask(StoreType.RM, 'data/a\0')).toBe('OK\0');
    expect(guest.ask(StoreType.RM, 'data/c/d\0')).toBe('ENOENT');
  });

  it('have paths that are checked', () => {
    const { guest } = setUp();
    for (const path of ['/', '//', '/local/', '/local//x', 'a b', '../x', '', `data/${'x'.repeat(4000)}`, 'data/\u00e4']) {
      expect(guest.write(path, 'x')).toMatch(/EINVAL|EACCES/);
    }
    expect(guest.ask(StoreType.READ, 'no zero byte')).toBe('EINVAL');
    expect(guest.ask(99, 'x\0')).toBe('ENOSYS');
  });
});

describe('permissions', () => {
  it('keep domains out of each other’s nodes and of the toolstack’s', () => {
    const { guest, other, control } = setUp();
    control.write('/local/domain/1/memory/target', '1000');
    expect(guest.read('memory/target')).toBe('1000');
    expect(guest.write('memory/target', '9')).toBe('EACCES');
    expect(guest.ask(StoreType.RM, 'memory\0')).toBe('EACCES');
    guest.write('data/secret', 's');
    expect(other.read('/local/domain/1/data/secret')).toBe('EACCES');
    expect(other.read('/local/domain/1/data/absent')).toBe('EACCES');
    expect(other.write('/local/domain/1/data/x', 's')).toBe('EACCES');
    expect(other.ask(StoreType.SET_PERMS, '/local/domain/1/data/secret\0b2\0')).toBe('EACCES');
    expect(guest.ask(StoreType.SET_PERMS, 'data/secret\0n1\0r2\0')).toBe('OK\0');
    expect(other.read('/local/domain/1/data/secret')).toBe('s');
    expect(guest.ask(StoreType.SET_PERMS, 'data/secret\0n2\0')).toBe('EPERM');
    expect(guest.ask(StoreType.GET_PERMS, 'data/secret\0')).toBe('n1\0r2\0');
    expect(guest.ask(StoreType.INTRODUCE, '5\0'.repeat(3))).toBe('EACCES');
  });

  it('pass from a parent to what is made below it, with the maker as owner', () => {
    const { guest, control } = setUp();
    control.write('/tool/shared', '');
    control.ask(StoreType.SET_PERMS, '/tool/shared\0n0\0b1\0');
    guest.write('/tool/shared/mine', 'x');
    expect(control.ask(StoreType.GET_PERMS, '/tool/shared/mine\0')).toBe('n1\0b1\0');
  });
});

describe('quotas', () => {
  it('limit nodes, values, watches and transactions of a guest, and come back', () => {
    const { guest, server } = setUp();
    let made = 0;
    while (guest.write(`data/n${made}`, '') === 'OK\0') made++;
    expect(made).toBeGreaterThan(900);
    expect(made).toBeLessThan(1001);
    expect(server.store.nodesOf(1)).toBe(1000);
    guest.ask(StoreType.RM, 'data/n5\0');
    expect(guest.write('data/again', '')).toBe('OK\0');
    expect(guest.write('data/again', 'x'.repeat(2049))).toBe('ENOSPC');
    let watches = 0;
    while (guest.ask(StoreType.WATCH, `data\0t${watches}\0`) === 'OK\0') watches++;
    expect(watches).toBe(128);
    let transactions = 0;
    while (/^\d+\0$/.test(guest.ask(StoreType.TRANSACTION_START, '\0'))) transactions++;
    expect(transactions).toBe(10);
    server.release(1);
    expect(server.store.openTransactions).toBe(0);
  });
});

describe('transactions', () => {
  const begin = (client: Client): number => Number(client.ask(StoreType.TRANSACTION_START, '\0').slice(0, -1));

  it('take effect at their end or not at all', () => {
    const { guest, control } = setUp();
    const id = begin(guest);
    guest.write('data/a', '1', id);
    expect(guest.read('data/a', id)).toBe('1');
    expect(control.read('/local/domain/1/data/a')).toBe('ENOENT');
    expect(guest.ask(StoreType.TRANSACTION_END, 'T\0', id)).toBe('OK\0');
    expect(control.read('/local/domain/1/data/a')).toBe('1');
    const aborted = begin(guest);
    guest.write('data/a', '2', aborted);
    expect(guest.ask(StoreType.TRANSACTION_END, 'F\0', aborted)).toBe('OK\0');
    expect(guest.read('data/a')).toBe('1');
    expect(guest.read('data/a', aborted)).toBe('ENOENT');
  });

  it('fail with EAGAIN if what they saw was changed, and only then', () => {
    const { guest, control } = setUp();
    guest.write('data/a', '1');
    const conflicting = begin(guest);
    guest.read('data/a', conflicting);
    guest.write('data/b', '1', conflicting);
    control.write('/local/domain/1/data/a', '2');
    expect(guest.ask(StoreType.TRANSACTION_END, 'T\0', conflicting)).toBe('EAGAIN');
    expect(guest.read('data/b')).toBe('ENOENT');
    const unrelated = begin(guest);
    guest.write('data/b', '1', unrelated);
    control.write('/tool/x', 'y');
    expect(guest.ask(StoreType.TRANSACTION_END, 'T\0', unrelated)).toBe('OK\0');
    expect([guest.read('data/b'), control.read('/tool/x')]).toEqual(['1', 'y']);
  });

  it('belong to their domain', () => {
    const { guest, other } = setUp();
    const id = begin(guest);
    expect(other.ask(StoreType.TRANSACTION_END, 'T\0', id)).toBe('ENOENT');
    expect(other.read('data', id)).toBe('ENOENT');
  });
});

describe('watches', () => {
  it('fire once when made, with the path as it was given, and for changes at and below', () => {
    const { guest, control } = setUp();
    guest.ask(StoreType.WATCH, 'memory/target\0t1\0');
    guest.ask(StoreType.WATCH, '/local/domain/1/data\0t2\0');
    expect(guest.events).toEqual(['memory/target t1', '/local/domain/1/data t2']);
    control.write('/local/domain/1/memory/target', '5');
    control.write('/local/domain/1/memory/other', '5');
    guest.write('data/x/y', '1');
    guest.ask(StoreType.RM, 'data/x\0');
    expect(guest.events.slice(2)).toEqual(['memory/target t1', '/local/domain/1/data/x/y t2', '/local/domain/1/data/x t2']);
  });

  it('hear of the removal of what is above', () => {
    const { guest, control } = setUp();
    control.write('/local/domain/1/device/vbd/1/state', '1');
    guest.ask(StoreType.WATCH, 'device/vbd/1/state\0t\0');
    control.ask(StoreType.RM, '/local/domain/1/device\0');
    expect(guest.events).toEqual(['device/vbd/1/state t', 'device/vbd/1/state t']);
  });

  it('say nothing of nodes that may not be read, nor of a transaction before its end', () => {
    const { guest, other } = setUp();
    other.ask(StoreType.WATCH, '/local/domain/1\0t\0');
    guest.write('data/x', '1');
    expect(other.events).toEqual(['/local/domain/1 t']);
    guest.ask(StoreType.WATCH, 'data\0t\0');
    const id = Number(guest.ask(StoreType.TRANSACTION_START, '\0').slice(0, -1));
    guest.write('data/x', '2', id);
    guest.write('data/x', '3', id);
    expect(guest.events).toHaveLength(1);
    guest.ask(StoreType.TRANSACTION_END, 'T\0', id);
    expect(guest.events.slice(1)).toEqual(['data/x t']);
  });

  it('end with UNWATCH and with their connection', () => {
    const { guest, server } = setUp();
    guest.ask(StoreType.WATCH, 'data\0t\0');
    expect(guest.ask(StoreType.WATCH, 'data\0t\0')).toBe('EEXIST');
    expect(guest.ask(StoreType.UNWATCH, 'data\0other\0')).toBe('ENOENT');
    expect(guest.ask(StoreType.UNWATCH, 'data\0t\0')).toBe('OK\0');
    guest.ask(StoreType.WATCH, '@releaseDomain\0t\0');
    server.release(2);
    expect(guest.events.at(-1)).toBe('@releaseDomain t');
    server.watches.removeAll(guest);
    expect(server.watches.count).toBe(0);
  });
});

describe('a domain that is gone', () => {
  it('leaves nothing that a later one of its number could use', () => {
    const { control, guest, other, server } = setUp();
    control.write('/tool/shared', 'x');
    control.ask(StoreType.SET_PERMS, '/tool/shared\0n0\0b1\0r2\0');
    control.write('/tool/given', 'y');
    control.ask(StoreType.SET_PERMS, '/tool/given\0r1\0');
    expect([guest.write('/tool/shared', 'z'), other.read('/tool/given')]).toEqual(['OK\0', 'y']);
    server.release(1);
    expect([guest.read('/tool/shared'), guest.write('/tool/given', 'z')]).toEqual(['EACCES', 'EACCES']);
    expect([other.read('/tool/shared'), other.read('/tool/given')]).toEqual(['z', 'EACCES']);
    expect(control.ask(StoreType.GET_PERMS, '/tool/given\0')).toBe('n0\0');
    expect(server.store.nodesOf(1)).toBe(0);
  });
});

describe('long directories', () => {
  it('come in parts', () => {
    const { control } = setUp();
    const names = Array.from({ length: 700 }, (_, index) => `name${index}`);
    for (const name of names) control.write(`/tool/${name}`, '');
    expect(control.ask(StoreType.DIRECTORY, '/tool\0')).toBe('E2BIG');
    let all = '';
    for (;;) {
      const part = control.ask(StoreType.DIRECTORY_PART, `/tool\0${all.length}\0`);
      const text = part.slice(part.indexOf('\0') + 1);
      if (text.endsWith('\0\0') || text === '\0') {
        all += text.slice(0, -1);
        break;
      }
      all += text;
    }
    expect(all.slice(0, -1).split('\0')).toEqual(names);
  });
});
