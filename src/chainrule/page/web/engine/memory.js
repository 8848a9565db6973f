// The memory of one instance of the engine: malloc and free for C, and the rest of libc that it needs.
import { Refusal } from "../app/refusal.js";

const PAGE = 65536;
const MOST = 2 ** 31 - PAGE; // addresses stay positive as int32
const GROW = 1 << 20;

export class Memory {
  constructor() {
    /** @type {WebAssembly.Memory} */
    this.own = /** @type {any} */ (undefined);
    /** @type {WebAssembly.Table} */
    this.table = /** @type {any} */ (undefined);
    this.top = 0;
    /** @type {Map<number, number>} address -> its size */
    this.sizes = new Map();
    /** @type {Map<number, number[]>} size -> addresses that are free again */
    this.free = new Map();
  }

  /** @param {WebAssembly.Exports} exports of the instance to which this memory belongs */
  attach(exports) {
    this.own = /** @type {WebAssembly.Memory} */ (exports.memory);
    this.table = /** @type {WebAssembly.Table} */ (exports.__indirect_function_table);
    this.top = /** @type {WebAssembly.Global} */ (exports.__heap_base).value;
  }

  /** The memory as it is now: an array of before goes out of date when memory grows. */
  get buffer() {
    return this.own.buffer;
  }

  get bytes() {
    return new Uint8Array(this.own.buffer);
  }

  /**
   * Return the address of this many zero bytes, aligned to 64; 0 if there is no such room.
   *
   * @param {number} bytes
   */
  find(bytes) {
    const size = rounded(bytes);
    const again = this.free.get(size)?.pop();
    if (again !== undefined) {
      this.bytes.fill(0, again, again + size);
      this.sizes.set(again, size);
      return again;
    }
    const start = (this.top + 63) & ~63;
    const end = start + size;
    if (!(end <= MOST)) return 0;
    const missing = end - this.own.buffer.byteLength;
    if (missing > 0) {
      const pages = Math.ceil(Math.max(missing, GROW) / PAGE);
      try {
        this.own.grow(pages);
      } catch {
        return 0;
      }
    }
    this.top = end;
    this.sizes.set(start, size);
    return start;
  }

  /**
   * Like `find`; without room it refuses with words.
   *
   * @param {number} bytes
   */
  room(bytes) {
    const start = this.find(bytes);
    if (!start) throw new Refusal("engine.no_memory");
    return start;
  }

  /** @param {number} start an address that `room` or malloc gave; 0 does nothing */
  release(start) {
    const size = this.sizes.get(start);
    if (size === undefined) return;
    this.sizes.delete(start);
    const list = this.free.get(size);
    if (list) list.push(start);
    else this.free.set(size, [start]);
  }

  /** What C imports. There is one thread: no other can be made, so nobody waits. */
  libc() {
    /** @param {number} text */
    const strlen = (text) => this.bytes.indexOf(0, text) - text;
    /** @param {number} a @param {number} b @param {number} length */
    const compare = (a, b, length) => {
      const bytes = this.bytes;
      for (let i = 0; i < length; i++)
        if (bytes[a + i] !== bytes[b + i]) return bytes[a + i] - bytes[b + i];
      return 0;
    };
    return {
      malloc: (/** @type {number} */ bytes) => this.find(bytes >>> 0),
      calloc: (/** @type {number} */ count, /** @type {number} */ size) =>
        this.find((count >>> 0) * (size >>> 0)),
      free: (/** @type {number} */ start) => this.release(start),
      strlen,
      memcmp: (/** @type {number} */ a, /** @type {number} */ b, /** @type {number} */ length) =>
        compare(a, b, length >>> 0),
      strcmp: (/** @type {number} */ a, /** @type {number} */ b) => compare(a, b, strlen(a) + 1),
      qsort: this.sort.bind(this),
      clock_gettime: (/** @type {number} */ _, /** @type {number} */ time) => {
        const now = performance.now();
        new Int32Array(this.own.buffer, time, 2).set([now / 1e3, (now % 1e3) * 1e6]);
        return 0;
      },
      pthread_mutex_init: () => 0,
      pthread_mutex_lock: () => 0,
      pthread_mutex_unlock: () => 0,
      pthread_mutex_trylock: () => 0,
      pthread_attr_init: () => 1,
      pthread_attr_destroy: () => 0,
      pthread_attr_getstacksize: () => 1,
      pthread_attr_setstacksize: () => 1,
      pthread_create: () => 1,
      pthread_join: () => 0,
      sched_yield: () => 0,
    };
  }

  /** @param {number} base @param {number} count @param {number} size @param {number} order */
  sort(base, count, size, order) {
    const copy = this.find(count * size);
    if (!copy) throw new Refusal("engine.no_memory");
    this.bytes.copyWithin(copy, base, base + count * size);
    const before = /** @type {(a: number, b: number) => number} */ (this.table.get(order));
    const places = Array.from({ length: count }, (_, i) => copy + i * size).sort(before);
    places.forEach((place, i) => this.bytes.copyWithin(base + i * size, place, place + size));
    this.release(copy);
  }
}

/**
 * Round a size up to one of four between each power of two and the next, so that sizes that are
 * free again fit others.
 *
 * @param {number} bytes
 */
function rounded(bytes) {
  if (bytes <= 64) return 64;
  const step = Math.max(64, 2 ** (Math.floor(Math.log2(bytes)) - 2));
  return Math.ceil(bytes / step) * step;
}
