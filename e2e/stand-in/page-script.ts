/**
 * What runs in a page before its own scripts: one part in the page's world, which makes the exposed object, and one in an
 * isolated world, in which the preload runs with `require('electron')`. They share nothing but a message channel.
 */

/** In the page's world: receives the shape of what the preload exposes, once, and makes an object of that shape. */
export const PAGE_WORLD = `(() => {
  const take = (event) => {
    event.stopImmediatePropagation();
    const port = event.ports[0], shape = JSON.parse(event.lastEventId);
    const waiting = new Map(), callbacks = new Map();
    let next = 1;
    port.onmessage = ({ data }) => {
      if (data.callback !== undefined) { callbacks.get(data.callback)?.(...data.args); return; }
      const it = waiting.get(data.id); waiting.delete(data.id);
      if (data.error !== undefined) it.reject(new Error(data.error)); else it.resolve(data.value);
    };
    const make = (node, path) => {
      if (node.kind === 'value') return node.value;
      if (node.kind === 'object') return Object.freeze(Object.fromEntries(Object.entries(node.of).map(([key, of]) => [key, make(of, [...path, key])])));
      return (...args) => {
        const id = next++;
        const given = args.map((arg) => {
          if (typeof arg !== 'function') return { value: arg };
          callbacks.set(id, arg);
          return { callback: id };
        });
        if (given.some((it) => it.callback !== undefined)) {
          port.postMessage({ id, path, args: given, subscribe: true });
          return () => { callbacks.delete(id); port.postMessage({ id, release: true }); };
        }
        return new Promise((resolve, reject) => { waiting.set(id, { resolve, reject }); port.postMessage({ id, path, args: given }); });
      };
    };
    Object.defineProperty(window, shape.name, { value: make(shape.root, []), configurable: false, writable: false });
  };
  window.addEventListener('stand-in-expose', take, { capture: true });
  // In Electron the main process decides before there is a window; Chromium would make one first.
  window.open = (url) => { window.dispatchEvent(new MessageEvent('stand-in-open', { lastEventId: new URL(url ?? 'about:blank', location.href).href })); return null; };
})();`;

/** In the isolated world, before the preload. `standInSend` is a binding to Node. */
const ISOLATED_WORLD = `
const standIn = (() => {
  const MARK = '\\u0001';
  const encode = (value) => JSON.stringify(value, (key, item) => {
    if (item instanceof Uint8Array || item instanceof Uint8ClampedArray) {
      let text = ''; const bytes = new Uint8Array(item.buffer, item.byteOffset, item.byteLength);
      for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
      return { [MARK]: item instanceof Uint8ClampedArray ? 'c' : 'b', data: btoa(text) };
    }
    return item === undefined ? { [MARK]: 'u' } : item;
  });
  const decode = (text) => JSON.parse(text, (key, item) => {
    if (typeof item !== 'object' || item === null || !(MARK in item)) return item;
    if (item[MARK] === 'u') return undefined;
    const raw = atob(item.data), bytes = new Uint8Array(raw.length);
    for (let at = 0; at < raw.length; at++) bytes[at] = raw.charCodeAt(at);
    return item[MARK] === 'c' ? new Uint8ClampedArray(bytes.buffer) : bytes;
  });
  const send = (message) => standInSend(encode(message));
  const listeners = new Map(), waiting = new Map(), ports = new Map();
  let next = 1;
  const bridgePort = (id) => {
    const channel = new MessageChannel();
    ports.set(id, channel.port1);
    channel.port1.onmessage = ({ data }) => data && data.standInClosed ? undefined : send({ kind: 'port', id, data });
    channel.port1.addEventListener('close', () => { ports.delete(id); send({ kind: 'port-close', id }); });
    return channel.port2;
  };
  const emit = (channel, args, portIds) => {
    const event = { sender: ipcRenderer, ports: portIds.map(bridgePort) };
    for (const listener of [...(listeners.get(channel) ?? [])]) listener(event, ...args);
  };
  globalThis.standInReceive = (text) => {
    const message = decode(text);
    if (message.kind === 'answer') {
      const it = waiting.get(message.id); waiting.delete(message.id);
      if (message.error !== undefined) it?.reject(new Error("Error invoking remote method '" + message.channel + "': " + message.error)); else it?.resolve(message.value);
    } else if (message.kind === 'event') emit(message.channel, message.args, message.ports);
    else if (message.kind === 'port') ports.get(message.id)?.postMessage(message.data);
    else if (message.kind === 'port-close') { ports.get(message.id)?.close(); ports.delete(message.id); }
  };
  const ipcRenderer = {
    invoke: (channel, ...args) => new Promise((resolve, reject) => { const id = next++; waiting.set(id, { resolve, reject }); send({ kind: 'invoke', id, channel, args, url: location.href, top: window === window.top }); }),
    send: (channel, ...args) => send({ kind: 'send', channel, args, url: location.href, top: window === window.top }),
    on: (channel, listener) => { if (!listeners.has(channel)) listeners.set(channel, new Set()); listeners.get(channel).add(listener); return ipcRenderer; },
    off: (channel, listener) => { listeners.get(channel)?.delete(listener); return ipcRenderer; },
  };
  const shapeOf = (value) => typeof value === 'function' ? { kind: 'function' } : typeof value === 'object' && value !== null
    ? { kind: 'object', of: Object.fromEntries(Object.entries(value).map(([key, it]) => [key, shapeOf(it)])) } : { kind: 'value', value };
  const contextBridge = {
    exposeInMainWorld: (name, api) => {
      const channel = new MessageChannel(), released = new Map();
      channel.port1.onmessage = async ({ data }) => {
        if (data.release) { released.get(data.id)?.(); released.delete(data.id); return; }
        const target = data.path.reduce((at, key) => at[key], api);
        const args = data.args.map((it) => it.callback === undefined ? it.value : (...given) => channel.port1.postMessage({ callback: it.callback, args: given }));
        try {
          const value = target(...args);
          if (data.subscribe) { released.set(data.id, value); return; }
          channel.port1.postMessage({ id: data.id, value: await value });
        } catch (error) { if (!data.subscribe) channel.port1.postMessage({ id: data.id, error: String(error?.message ?? error) }); }
      };
      window.dispatchEvent(new MessageEvent('stand-in-expose', { lastEventId: JSON.stringify({ name, root: shapeOf(api) }), ports: [channel.port2] }));
    },
  };
  window.addEventListener('stand-in-open', (event) => send({ kind: 'open', url: event.lastEventId }));
  window.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^F\\d+$/.test(event.key)) send({ kind: 'key', key: event.key, code: event.code, control: event.ctrlKey, meta: event.metaKey, alt: event.altKey, shift: event.shiftKey });
  });
  return { contextBridge, ipcRenderer, send };
})();
`;

/** The preload, wrapped so that its `require('electron')` finds the isolated half. */
export function preloadScript(source: string, platform: string): string {
  return `${ISOLATED_WORLD}
if (location.protocol !== 'about:') {
  (function (require, process, module, exports) {
${source}
  })((name) => { if (name === 'electron') return standIn; throw new Error('a sandboxed preload cannot require ' + name); }, { platform: ${JSON.stringify(platform)}, versions: {} }, { exports: {} }, {});
}`;
}
