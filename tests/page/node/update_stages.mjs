// Reads updates; writes the stages that the page's reference makes of each.
import { readFileSync } from "node:fs";
import { TermList } from "../../../src/chainrule/page/web/reference/term_list.js";
import { stages } from "../../../src/chainrule/page/web/reference/stages.js";
import { fromBytes } from "../../../src/chainrule/page/web/graph/byte_form.js";

const KINDS = { float32: Float32Array, float64: Float64Array, int32: Int32Array };

/** @param {{ kind: keyof typeof KINDS, data: string }} given */
function unpacked({ kind, data }) {
  const bytes = Uint8Array.from(Buffer.from(data, "base64"));
  return new KINDS[kind](bytes.buffer);
}

const kindOf = (data) => Object.keys(KINDS).find((kind) => data instanceof KINDS[kind]);
const packed = ({ data, shape }) => ({
  kind: kindOf(data),
  shape,
  data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
});
const all = (arrays) =>
  Object.fromEntries(Object.entries(arrays).map(([name, a]) => [name, a.shape?.length === 0 ? unpacked(a)[0] : unpacked(a)]));

function termsOf(q, at) {
  if (!q.terms) return null;
  const { terms, ...rest } = q.terms(at);
  const list = terms instanceof TermList ? terms.list() : terms;
  return { terms: list, ...rest };
}

const answers = JSON.parse(readFileSync(0, "utf8")).map(({ update, entries }) => {
  const program = { ...fromBytes(Uint8Array.from(Buffer.from(update.bytes, "base64"))), defaults: update.defaults };
  const { after } = update;
  const made = stages({
    ...update,
    program,
    theta: unpacked(update.theta),
    slots: all(update.slots),
    batch: all(update.batch),
    after: after && { loss: after.loss, g: unpacked(after.g), ...(after.theta ? { theta: unpacked(after.theta), slots: all(after.slots) } : {}) },
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
      terms: (entries[`${stage.name}:${q.symbol}`] ?? []).map((at) => termsOf(q, at)),
    })),
  }));
});
process.stdout.write(JSON.stringify(answers));
