// Opens the page that is packed in this file: its texts become modules, its tables bytes.

const place = document.querySelector(".opening");

/** @param {Element | null} block @returns {Uint8Array<ArrayBuffer>} the bytes of a block in base64 */
function bytesOf(block) {
  const text = block?.textContent ?? "";
  const decode = /** @type {any} */ (Uint8Array).fromBase64;
  if (decode) return decode.call(Uint8Array, text);
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let k = 0; k < bytes.length; k++) bytes[k] = letters.charCodeAt(k);
  return bytes;
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function unpacked(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream);
}

/**
 * Return the address of a script that runs some modules, each after those that it imports.
 *
 * @param {string[]} modules an expression for each
 * @param {number[]} places which of them
 */
function addressOf(modules, places) {
  const lines = places.map((place) => `$modules[${place}] = ${modules[place]};\n`);
  const parts = ['"use strict";\n(() => {\nconst $modules = [];\n', ...lines, "})();\n"];
  return URL.createObjectURL(new Blob(parts, { type: "text/javascript" }));
}

/** Bytes of the files that came with the page; those in plain base64 are decoded when asked for. */
async function filesOf(/** @type {NodeListOf<HTMLElement>} */ blocks) {
  const files = {};
  for (const block of blocks) {
    const name = String(block.dataset.file);
    if (block.dataset.packed !== undefined) {
      const value = new Uint8Array(await unpacked(bytesOf(block)).arrayBuffer());
      Object.defineProperty(files, name, { value, enumerable: true });
      continue;
    }
    /** @type {Uint8Array | undefined} */
    let bytes;
    Object.defineProperty(files, name, { get: () => (bytes ??= bytesOf(block)), enumerable: true });
  }
  return files;
}

async function open() {
  const page = /** @type {any} */ (globalThis);
  const packed = await unpacked(bytesOf(document.getElementById("texts"))).json();
  document.adoptedStyleSheets = packed.styles.map((/** @type {string} */ text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  page.chainruleFiles = await filesOf(document.querySelectorAll("[data-file]"));
  page.chainruleStart ??= packed.start;
  // A worker of a page from a disk cannot be a module: this one is a plain script.
  page.chainruleWorker = addressOf(packed.modules, packed.worker);
  place?.remove();
  await import(addressOf(packed.modules, packed.main));
}

/** A module that uses one instruction on vectors: it is valid where a browser has them. */
const VECTORS = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
]);

const able =
  ["DecompressionStream", "WebAssembly"].every((name) => name in globalThis) &&
  "adoptedStyleSheets" in document &&
  WebAssembly.validate(VECTORS);
if (place && !able) {
  place.textContent = String(document.documentElement.dataset.old);
} else {
  open().catch((error) => {
    const said = document.createElement("p");
    said.className = "opening";
    said.setAttribute("role", "alert");
    said.textContent = `${document.documentElement.dataset.broken} (${error})`;
    document.getElementById("page")?.replaceChildren(said);
  });
}
