// What the page opens with. The server and the single file write it in; otherwise it is empty.

/**
 * @typedef {object} Start
 * @property {string} [scene] the scene that is shown first
 * @property {"en" | "zh"} [language]
 * @property {string} [link] a link's text, as after the # of an address
 * @property {Record<string, any>} [state] states of scenes, by id: values that `link.read` takes
 * @property {OwnFile[]} [files] files that came with the page; scene "your_file" opens the first
 * @property {boolean} [bridge] true in a notebook: see bridge.js
 */

/** @typedef {{ name: string, path: string }} OwnFile `path` goes to `fileBytes` */

/** @type {Start} */
export const start = /** @type {any} */ (globalThis).chainruleStart ?? {};

/**
 * Return the bytes of a file that came with the page.
 *
 * @param {string} path such as "files/net.safetensors", as in `start.files`
 * @returns {Promise<Uint8Array>}
 */
export async function fileBytes(path) {
  const own = /** @type {any} */ (globalThis).chainruleFiles?.[path];
  if (own) return own;
  const answer = await fetch(new URL(`../${path}`, import.meta.url));
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}
