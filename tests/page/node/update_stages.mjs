// Reads updates; writes the stages that the page's reference makes of each, and the entries whose
// terms do not add up.
import { readFileSync } from "node:fs";
import { fromBytes } from "../../../src/chainrule/page/web/graph/byte_form.js";
import { indexOf } from "../../../src/chainrule/page/web/reference/arrays.js";
import { explained } from "../../../src/chainrule/page/web/reference/explained.js";
import { gradientsOf } from "../../../src/chainrule/page/web/reference/saliency.js";
import { stages } from "../../../src/chainrule/page/web/reference/stages.js";
import { TermList } from "../../../src/chainrule/page/web/reference/term_list.js";

/** @type {Record<string, any>} */
const KINDS = { float32: Float32Array, float64: Float64Array, int32: Int32Array };
const CHECKED = 12; // entries of a quantity whose terms are added

/** @param {{ kind: string, data: string }} given */
function unpacked({ kind, data }) {
  const bytes = Uint8Array.from(Buffer.from(data, "base64"));
  return new KINDS[kind](bytes.buffer);
}

/** @param {{ data: any, shape: number[] }} array */
const packed = ({ data, shape }) => ({
  kind: Object.keys(KINDS).find((kind) => data instanceof KINDS[kind]),
  shape,
  data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
});

/** @param {Record<string, any>} arrays */
const all = (arrays) =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, a]) => [
      name,
      a.shape?.length === 0 ? unpacked(a)[0] : unpacked(a),
    ]),
  );

/** @param {any} q @param {number[]} at */
function termsOf(q, at) {
  if (!q.terms) return null;
  const { terms, ...rest } = q.terms(at);
  return { terms: terms instanceof TermList ? terms.list() : terms, ...rest };
}

/** @param {any} q @returns {string[]} entries whose terms do not add up */
function wrong(q) {
  const many = q.array.data.length;
  const step = Math.max(1, Math.floor(many / CHECKED));
  const found = [];
  for (let k = 0; k < many; k += step) {
    const one = explained(q, indexOf(q.array.shape, k));
    if (!one.addsUp) found.push(`${one.where}: ${one.total}, not ${one.expected}`);
  }
  return found;
}

/** @param {any} given */
function update({ update: u, entries }) {
  const program = {
    ...fromBytes(Uint8Array.from(Buffer.from(u.bytes, "base64"))),
    defaults: u.defaults,
  };
  const { after } = u;
  const behind = after?.theta ? { theta: unpacked(after.theta), slots: all(after.slots) } : {};
  const made = stages({
    ...u,
    program,
    theta: unpacked(u.theta),
    slots: all(u.slots),
    batch: all(u.batch),
    after: after && { loss: after.loss, g: unpacked(after.g), ...behind },
  });
  return made.map((stage) => ({
    name: stage.name,
    text: stage.text,
    quantities: stage.quantities.map((q) => ({
      symbol: q.symbol,
      equation: q.equation,
      path: q.path,
      given: q.given ?? false,
      array: packed(q.array),
      wrong: wrong(q),
      terms: (entries[`${stage.name}:${q.symbol}`] ?? []).map((/** @type {number[]} */ at) =>
        termsOf(q, at),
      ),
    })),
  }));
}

/** @param {any} given */
function gradients({ bytes, theta, inputs, seeds, wrt }) {
  const program = fromBytes(Uint8Array.from(Buffer.from(bytes, "base64")));
  const found = gradientsOf(program, unpacked(theta), all(inputs), all(seeds), wrt);
  return Object.fromEntries(Object.entries(found).map(([name, a]) => [name, packed(a)]));
}

const asked = JSON.parse(readFileSync(0, "utf8"));
const answers = {
  updates: (asked.updates ?? []).map(update),
  gradients: (asked.gradients ?? []).map(gradients),
};
process.stdout.write(JSON.stringify(answers));
