// The parts of the frame that need no browser: links, numbers, formulas, charts, the store.
import assert from "node:assert/strict";
import { elements } from "../../../src/chainrule/page/web/components/formula.js";
import { extent, nearest, trace } from "../../../src/chainrule/page/web/components/line_chart.js";
import {
  exact,
  percent,
  readNumber,
  short,
} from "../../../src/chainrule/page/web/components/numbers.js";
import {
  classColor,
  diverging,
  PALETTES,
  readable,
  rgb,
} from "../../../src/chainrule/page/web/components/palette.js";
import { ladder } from "../../../src/chainrule/page/web/components/slider.js";
import { pack, readLink, unpack, writeLink } from "../../../src/chainrule/page/web/app/link.js";
import { Refusal } from "../../../src/chainrule/page/web/app/refusal.js";
import { understood } from "../../../src/chainrule/page/web/app/settings.js";
import {
  beginning,
  follow,
  initial,
  linkOf,
  reduce,
} from "../../../src/chainrule/page/web/app/state.js";
import { createStore } from "../../../src/chainrule/page/web/app/store.js";
import { formula } from "../../../src/chainrule/page/web/graph/formula.js";

/** @type {Record<string, () => void>} */
const checks = {
  "a link keeps any JSON"() {
    for (const value of [
      {},
      { a: 1 },
      { text: 'é中😀\n"\\' },
      [1, [2, null, true]],
      { x: -1.5e-7 },
      "a",
      0,
    ]) {
      assert.deepEqual(unpack(pack(value)), value);
    }
    const usual = {
      layers: [{ units: 8, activation: "Tanh" }, { units: 8 }],
      data: "spiral",
      noise: 0.1,
      lr: 0.03,
    };
    assert.ok(writeLink("playground", usual).length < 100, writeLink("playground", usual));
    assert.match(writeLink("playground", usual), /^1\.playground\.[A-Za-z0-9_-]+$/);
  },
  "a wrong link is refused with the sentence that fits"() {
    const good = writeLink("digits", { a: 1 });
    /** @type {[string, string][]} */
    const wrong = [
      ["", "form"],
      ["1", "form"],
      ["x.digits", "form"],
      ["2.digits", "version"],
      ["1.no such", "scene"],
      [good.slice(0, -1), "form"],
      [`${good}A`, "form"],
      [`1.digits.${"A".repeat(9000)}`, "long"],
      ["1.digits.%00", "form"],
      ["1.digits..fr", "form"],
      ["1.digits..en-en", "form"],
      ["1.a.b.c.d", "form"],
      [`1.digits.${pack(JSON.parse('{"__proto__": {"polluted": 1}}'))}`, "values"],
      [`1.digits.${pack({ constructor: 1 })}`, "values"],
      [`1.digits.${pack(JSON.parse("[".repeat(60) + "]".repeat(60)))}`, "values"],
    ];
    for (const [text, kind] of wrong) {
      assert.throws(
        () => readLink(text),
        (error) => error instanceof Refusal && error.key === `shell.link.${kind}`,
        text,
      );
    }
    assert.equal(/** @type {any} */ ({}).polluted, undefined);
  },
  "a wrong link leaves the page at its beginning, with words"() {
    const state = follow(initial("zh"), "1.digits.AAAA");
    assert.equal(state.notice?.key, "shell.link.refused");
    assert.equal(state.notice?.why, "shell.link.form");
    assert.deepEqual({ ...state, notice: null }, initial("zh"));
    assert.equal(follow(initial(), "1.nowhere").notice?.why, "shell.link.scene");
  },
  "a teacher's link brings language and theme"() {
    const state = reduce(
      reduce(reduce(initial("zh"), { type: "theme", to: "dark" }), { type: "look", to: true }),
      { type: "go", to: "digits" },
    );
    assert.equal(linkOf(state), "1.digits..zh-dark");
    const seen = beginning({ language: "en" }, {}, "#1.digits..zh-dark");
    assert.deepEqual([seen.scene, seen.language, seen.theme], ["digits", "zh", "dark"]);
  },
  "the page begins with what it was written with"() {
    const state = beginning(
      {},
      { scene: "dreams", language: "zh", state: { nowhere: {}, memories: {} } },
      "",
    );
    assert.deepEqual([state.scene, state.language, state.notice], ["dreams", "zh", null]);
    assert.equal(beginning({}, { scene: "no such scene" }, "").scene, "playground");
    assert.equal(beginning({}, { link: "#1.memories" }, "").scene, "memories");
  },
  "the frame's reducer knows its actions and no others"() {
    const state = Object.freeze(initial());
    assert.equal(reduce(state, { type: "no such" }), state);
    assert.equal(reduce(state, { type: "go", to: "nowhere" }), state);
    assert.equal(reduce(state, { type: "language", to: "fr" }), state);
    assert.equal(reduce(state, { type: "theme", to: "pink" }), state);
    assert.equal(reduce(state, { type: "palette", to: "pink" }), state);
    assert.equal(reduce(state, { type: "x", scene: "nowhere" }), state);
    assert.equal(reduce(state, { type: "go", to: state.scene }), state);
    assert.equal(reduce(state, { type: "palette", to: "gray" }).palette, "gray");
  },
  "kept settings are taken only where they are understood"() {
    assert.deepEqual(understood({ language: "fr", theme: 3, palette: "x", larger: "yes" }), {});
    assert.deepEqual(understood(null), {});
    assert.deepEqual(
      understood({ language: "zh", theme: "dark", palette: "gray", larger: true, x: 1 }),
      {
        language: "zh",
        theme: "dark",
        palette: "gray",
        larger: true,
      },
    );
  },
  "the store tells only of changes"() {
    const store = createStore((state, action) => (action === "same" ? state : state + 1), 0);
    let told = 0;
    const stop = store.watch(() => (told += 1));
    store.dispatch("same");
    store.dispatch("more");
    stop();
    store.dispatch("more");
    assert.deepEqual([store.get(), told], [2, 1]);
  },
  "numbers are read as people type them"() {
    /** @type {[string, number][]} */
    const good = [
      ["1e-3", 0.001],
      ["0,5", 0.5],
      ["−2", -2],
      [" 3 ", 3],
      ["1/3", 1 / 3],
      [".5", 0.5],
      ["5.", 5],
      ["1 000", 1000],
      ["１２", 12],
      ["0,125", 0.125],
      ["-0,001", -0.001],
      ["1E6", 1e6],
      ["+4", 4],
      ["1_000", 1000],
    ];
    for (const [text, value] of good) assert.equal(readNumber(text), value, text);
    /** @type {[string, string][]} */
    const bad = [
      ["", "empty"],
      ["x", "not"],
      ["1,000", "comma"],
      ["12,345", "comma"],
      ["1.000,5", "marks"],
      ["1,2,3", "marks"],
      ["1e999", "infinite"],
      ["1/0", "infinite"],
      ["NaN", "not"],
      ["Infinity", "not"],
      ["0x10", "not"],
      ["1/2/3", "not"],
      ["--1", "not"],
      ["1e", "not"],
    ];
    for (const [text, kind] of bad) {
      assert.throws(
        () => readNumber(text),
        (error) => error instanceof Refusal && error.key === `shell.number.${kind}`,
        text,
      );
    }
    assert.throws(() => readNumber("0.5", { integer: true }), /whole/);
    assert.throws(() => readNumber("0", { above: 0 }), /above/);
    assert.throws(() => readNumber("9", { max: 8 }), /most/);
    assert.throws(() => readNumber("1", { below: 1 }), /below/);
    assert.throws(() => readNumber("1", { min: 2 }), /least/);
  },
  "numbers are written short for reading and whole on demand"() {
    /** @type {[number, string][]} */
    const pairs = [
      [0, "0"],
      [-0, "−0"],
      [1.23456, "1.235"],
      [-0.00012, "−1.2e−4"],
      [123456, "1.235e5"],
      [1e-10, "1e−10"],
      [NaN, "NaN"],
      [Infinity, "∞"],
      [-Infinity, "−∞"],
      [0.1 + 0.2, "0.3"],
      [99999, "100000"],
    ];
    for (const [value, text] of pairs) assert.equal(short(value), text);
    for (const x of [0.1, 1 / 3, 1e-30, 123456.789]) {
      assert.equal(Number(exact(x)), x);
      assert.equal(Math.fround(Number(exact(Math.fround(x), "float32"))), Math.fround(x));
    }
    assert.equal(exact(Math.fround(0.1), "float32"), "0.1");
    assert.equal(percent(0.98349), "98.3 %");
  },
  "a log slider goes by 1, 2, 5"() {
    assert.deepEqual(ladder(0.01, 1), [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]);
  },
  "formulas become elements, and nothing else does"() {
    for (const text of [
      "z1 = x W1 + b1",
      "a = 1 / (1 + e⁻ᶻ)",
      "θ ← θ − lr m̂ / (√v̂ + ε)",
      "w < 3 & y > 2",
      "<script>",
    ]) {
      assert.ok(elements(formula(text)), text);
    }
    for (const text of [
      "<script>x</script>",
      "<math><img></math>",
      "<math>",
      "</math>",
      "a<b",
      '<math onclick="x()"><mi>a</mi></math >',
    ]) {
      const made = elements(text);
      assert.ok(made === null || !JSON.stringify(made).includes("onclick"), text);
    }
  },
  "a long line is drawn with few points, and keeps its peaks"() {
    const y = Float64Array.from({ length: 100000 }, (_, k) => Math.sin(k / 900));
    y[54321] = 9;
    let [points, top] = [0, 0];
    const path = {
      moveTo: () => (points += 1),
      lineTo: (/** @type {number} */ _x, /** @type {number} */ at) => {
        points += 1;
        top = Math.max(top, at);
      },
    };
    trace(
      path,
      { name: "y", y },
      (x) => x / 200,
      (value) => value,
      false,
    );
    assert.ok(points < 2100, String(points));
    assert.equal(top, 9);
    assert.deepEqual(extent([{ name: "y", y: [NaN, 1, -2, Infinity] }], false), {
      x0: 0,
      x1: 3,
      y0: -2,
      y1: 1,
    });
    assert.equal(extent([{ name: "y", y: [0, 1, -2] }], true).y0, 1);
    assert.equal(nearest({ name: "y", y: [1, 2, 3], start: 10, stride: 5 }, 14), 1);
    assert.equal(nearest({ name: "y", y: [] }, 1), -1);
  },
  "every palette is readable for people who confuse colors"() {
    for (const name of PALETTES) {
      for (const dark of [false, true]) {
        const [low, high] = [0, 1].map((k) => rgb(classColor(k, name, dark, 2)));
        for (const kind of Object.keys(CONFUSED)) {
          const far = distance(seen(low, kind), seen(high, kind));
          assert.ok(far > 25, `${name} ${dark ? "dark" : "light"} ${kind}: ${far.toFixed(0)}`);
        }
        for (let v = -1; v <= 1; v += 0.05) {
          const color = diverging(name, dark)(v);
          assert.ok(contrast(color, rgb(readable(color))) >= 4.5, `${name} ${v}`);
        }
      }
    }
  },
};

/** How people see colors whose eyes lack one kind of cone (Viénot, Brettel & Mollon, 1999), linear RGB. */
const CONFUSED = /** @type {Record<string, number[][]>} */ ({
  none: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.11238, 0.88762, 0],
    [0.11238, 0.88762, 0],
    [0.00401, -0.00401, 1],
  ],
  deutan: [
    [0.29275, 0.70725, 0],
    [0.29275, 0.70725, 0],
    [-0.02234, 0.02234, 1],
  ],
});
const linear = (/** @type {number} */ c) =>
  c <= 10.31475 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4;
/** @param {number[]} color @param {string} kind @returns {number[]} */
const seen = (color, kind) =>
  CONFUSED[kind].map((row) => row.reduce((sum, w, k) => sum + w * linear(color[k]), 0));
const light = (/** @type {number[]} */ [r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
/** @param {number[]} a @param {number[]} b */
function contrast(a, b) {
  const [low, high] = [light(a.map(linear)), light(b.map(linear))].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}
/** The distance of two linear colors in CIELAB. @param {number[]} a @param {number[]} b */
function distance(a, b) {
  const lab = (/** @type {number[]} */ [r, g, c]) => {
    const f = (/** @type {number} */ t) =>
      t > 0.008856 ? Math.cbrt(Math.max(t, 0)) : 7.787 * t + 16 / 116;
    const x = f((0.4124 * r + 0.3576 * g + 0.1805 * c) / 0.9505);
    const y = f(0.2126 * r + 0.7152 * g + 0.0722 * c);
    const z = f((0.0193 * r + 0.1192 * g + 0.9505 * c) / 1.089);
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
  };
  const [p, q] = [lab(a), lab(b)];
  return Math.hypot(...p.map((v, k) => v - q[k]));
}

/** @type {Record<string, string>} */
const faults = {};
for (const [name, check] of Object.entries(checks)) {
  try {
    check();
  } catch (error) {
    faults[name] =
      error instanceof Error
        ? `${error.message}\n${error.stack?.split("\n").slice(1, 4).join("\n")}`
        : String(error);
  }
}
console.log(JSON.stringify({ checks: Object.keys(checks).length, faults }));
