/** A domain's own end of its connection to the store: requests over the shared page, answers and watch events as they come. */
import { StoreHeader, StoreRing, StoreType } from '../../abi/xen/store.table.ts';
import { textBytes } from '../../base/bytes.ts';
import type { MappedPage } from '../../seams/platform.ts';

type Answer = { readonly ok: string } | { readonly error: string };
type Values<Name extends string> = Readonly<Record<Name, string | undefined>>;

export class StoreClient {
  private input: Uint8Array = new Uint8Array(0);
  private readonly output: Uint8Array[] = [];
  private readonly answers = new Map<number, (answer: Answer) => void>();
  private readonly watches = new Map<string, (path: string) => void>();
  private lastRequest = 0;

  /**
   * @param page shared with the server; the owner of the connection calls {@link work} when the server has notified it
   */
  constructor(
    private readonly page: MappedPage,
    private readonly notify: () => void,
  ) {}

  /** Takes what the server wrote, and writes what had no room. */
  work(): void {
    while (this.receive() || this.flush());
  }

  /** Undefined: there is no such node, or it may not be read. */
  read(path: string, done: (value: string | undefined) => void): void {
    this.request(StoreType.READ, `${path}\0`, (answer) => done('ok' in answer ? answer.ok : undefined));
  }

  /** Several nodes of one directory. */
  readAll<Name extends string>(path: string, names: readonly Name[], done: (values: Values<Name>) => void): void {
    const values: Partial<Record<Name, string | undefined>> = {};
    let left = names.length;
    for (const name of names) {
      this.read(`${path}/${name}`, (value) => {
        values[name] = value;
        left -= 1;
        if (left === 0) done(values as Values<Name>);
      });
    }
  }

  /** Names of the children; none if there is no such node. */
  list(path: string, done: (names: readonly string[]) => void): void {
    this.request(StoreType.DIRECTORY, `${path}\0`, (answer) =>
      done('ok' in answer ? answer.ok.split('\0').filter((name) => name !== '') : []),
    );
  }

  /** Writes nodes of one directory so that nobody sees some of them only; false: it was refused. */
  writeAll(path: string, values: Readonly<Record<string, string | number>>, done: (ok: boolean) => void): void {
    this.request(StoreType.TRANSACTION_START, '\0', (begun) => {
      if ('error' in begun) {
        done(false);
        return;
      }
      const transaction = Number.parseInt(begun.ok, 10);
      const writes = Object.entries(values).map(([name, value]) => `${path}/${name}\0${value}`);
      let left = writes.length;
      let refused = false;
      const end = (answer: Answer): void => {
        if ('error' in answer && answer.error === 'EAGAIN') this.writeAll(path, values, done);
        else done(!refused && 'ok' in answer);
      };
      const written = (answer: Answer): void => {
        left -= 1;
        refused ||= 'error' in answer;
        if (left === 0) this.request(StoreType.TRANSACTION_END, refused ? 'F\0' : 'T\0', end, transaction);
      };
      for (const payload of writes) this.request(StoreType.WRITE, payload, written, transaction);
    });
  }

  write(path: string, value: string, done: (ok: boolean) => void = () => undefined): void {
    this.request(StoreType.WRITE, `${path}\0${value}`, (answer) => done('ok' in answer));
  }

  /** `listener` is called once at the start, then for every change at or below `path`. */
  watch(path: string, listener: (changed: string) => void): void {
    const token = `${this.watches.size}`;
    this.watches.set(token, listener);
    this.request(StoreType.WATCH, `${path}\0${token}\0`, () => undefined);
  }

  private request(type: number, payload: string, done: (answer: Answer) => void, transaction = 0): void {
    this.lastRequest = (this.lastRequest + 1) >>> 0;
    this.answers.set(this.lastRequest, done);
    const bytes = new Uint8Array(StoreHeader.SIZE + payload.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(StoreHeader.type, type, true);
    view.setUint32(StoreHeader.request, this.lastRequest, true);
    view.setUint32(StoreHeader.transaction, transaction, true);
    view.setUint32(StoreHeader.length, payload.length, true);
    bytes.set(textBytes(payload), StoreHeader.SIZE);
    this.output.push(bytes);
    this.flush();
  }

  private view(): DataView {
    const bytes = this.page.bytes('write');
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Moves requests to their ring as far as there is room; true if any byte went. */
  private flush(): boolean {
    const bytes = this.page.bytes('write');
    const view = this.view();
    let producer = view.getUint32(StoreRing.requestProducer, true);
    let room = StoreRing.SIZE - ((producer - view.getUint32(StoreRing.requestConsumer, true)) >>> 0);
    const before = producer;
    for (let message = this.output[0]; message !== undefined && room > 0; message = this.output[0]) {
      const part = message.subarray(0, room);
      for (const byte of part) {
        bytes[StoreRing.requests + (producer % StoreRing.SIZE)] = byte;
        producer = (producer + 1) >>> 0;
      }
      room -= part.length;
      if (part.length === message.length) this.output.shift();
      else this.output[0] = message.subarray(part.length);
    }
    view.setUint32(StoreRing.requestProducer, producer, true);
    if (producer === before) return false;
    this.notify();
    return true;
  }

  /** Takes what is in the ring of answers; true if there was anything. */
  private receive(): boolean {
    const bytes = this.page.bytes('write');
    const view = this.view();
    const consumer = view.getUint32(StoreRing.responseConsumer, true);
    const available = Math.min((view.getUint32(StoreRing.responseProducer, true) - consumer) >>> 0, StoreRing.SIZE);
    if (available === 0) return false;
    const joined = new Uint8Array(this.input.length + available);
    joined.set(this.input);
    for (let index = 0; index < available; index++)
      joined[this.input.length + index] = bytes[StoreRing.responses + ((consumer + index) % StoreRing.SIZE)] ?? 0;
    this.input = joined;
    view.setUint32(StoreRing.responseConsumer, (consumer + available) >>> 0, true);
    this.notify();
    while (this.takeOne());
    return true;
  }

  /** Takes the first whole message of the input; false if there is none. */
  private takeOne(): boolean {
    if (this.input.length < StoreHeader.SIZE) return false;
    const view = new DataView(this.input.buffer, this.input.byteOffset, this.input.byteLength);
    const end = StoreHeader.SIZE + view.getUint32(StoreHeader.length, true);
    if (this.input.length < end) return false;
    const type = view.getUint32(StoreHeader.type, true);
    const request = view.getUint32(StoreHeader.request, true);
    let payload = '';
    for (const byte of this.input.subarray(StoreHeader.SIZE, end)) payload += String.fromCharCode(byte);
    this.input = this.input.slice(end);
    if (type === StoreType.WATCH_EVENT) {
      const [path = '', token = ''] = payload.split('\0');
      this.watches.get(token)?.(path);
      return true;
    }
    const done = this.answers.get(request);
    this.answers.delete(request);
    done?.(type === StoreType.ERROR ? { error: payload.replace(/\0$/, '') } : { ok: payload });
    return true;
  }
}
