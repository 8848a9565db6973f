// Sessions, files, recall and machines as scenes use them; writes what went wrong, by name.
// usage: node --expose-gc engine_checks.mjs
import "./engine_files.mjs";
import { Refusal } from "../../../src/chainrule/page/web/app/refusal.js";
import { texts } from "../../../src/chainrule/page/web/engine/texts.js";
import { Engine } from "../../../src/chainrule/page/web/engine/binding.js";
import { Sessions } from "../../../src/chainrule/page/web/engine/sessions.js";
import { initialTheta, toBytes, trace } from "../../../src/chainrule/page/web/graph/index.js";

/** @typedef {any} Any */
const sessions = new Sessions();
/** @type {Record<string, string[]>} */
const wrong = {};
let checks = 0;
let name = "";

/** @param {unknown} holds @param {string} what */
function expect(holds, what) {
  checks++;
  if (!holds) (wrong[name] ??= []).push(what);
}

/** @param {Any} a @param {Any} b */
const equal = (a, b) =>
  a.length === b.length &&
  a.every((/** @type {Any} */ v, /** @type {number} */ i) => Object.is(v, b[i]));

/** @param {() => Promise<unknown>} work @param {string} key */
async function refuses(work, key) {
  try {
    await work();
    expect(false, `no refusal ${key}`);
  } catch (error) {
    const fine = error instanceof Refusal && error.key === key;
    expect(fine, `${key}: ${error instanceof Error ? error.stack : error}`);
    if (fine && key.startsWith("engine.")) told(/** @type {Refusal} */ (error));
  }
}

/** Every refusal has a sentence in both languages, all of whose gaps are filled. @param {Refusal} error */
function told(error) {
  for (const language of /** @type {const} */ (["en", "zh"])) {
    const text = texts[language][error.key.replace("engine.", "")];
    const gaps = [...(text ?? "").matchAll(/\{(\w+)\}/g)].map(([, gap]) => gap);
    expect(text && gaps.every((gap) => gap in error.values), `${language} ${error.key}`);
  }
}

/** @param {number} seed numbers between −1 and 1 that every machine draws alike @param {number} n */
function drawn(seed, n) {
  let state = seed >>> 0;
  return Float32Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

const N = 120;
const x = drawn(1, 2 * N);
const y = Float32Array.from({ length: N }, (_, i) => Number(x[2 * i] * x[2 * i + 1] > 0));
const dense = (/** @type {number} */ units, more = {}) => ({
  class: "layers.Dense",
  settings: { units, ...more },
});
const tanh = { class: "layers.Tanh" };
/** @type {Any} */
const network = {
  layers: [
    dense(8),
    tanh,
    { class: "layers.Dropout", settings: { rate: 0.2 } },
    dense(8),
    tanh,
    dense(1),
  ],
  loss: { class: "losses.SigmoidCrossEntropy" },
  inputs: { x: [2] },
  target: { number: "real", shape: [1] },
  seed: 5,
};
const adam = { class: "optimizers.Adam", settings: { lr: 0.01 } };
const data = { x, y, n: N };
/** @param {Any} more @returns {Promise<number>} */
const opened = async (more = {}) =>
  (
    await sessions.call("openSession", undefined, [
      { network, data, fit: { optimizer: adam, batch_size: 32 }, ...more },
    ])
  ).id;
/** @param {number} id @param {string} method @param {Any[]} values @returns {Promise<Any>} */
const call = (id, method, ...values) => sessions.call(method, id, values);

/** @type {Record<string, () => Promise<void>>} */
const CHECKS = {
  async "every step can be reached again, with equal bits"() {
    for (const keep of [0, 20_000, undefined]) {
      const id = await opened({ keep });
      const known = [await call(id, "state")];
      for (let step = 1; step <= 60; step++) {
        await call(id, "train", { steps: 1 });
        known.push(await call(id, "state"));
      }
      for (const step of [60, 0, 1, 37, 36, 59, 4, 60, 12]) {
        const at = await call(id, "goTo", step);
        const state = await call(id, "state");
        expect(at.step === step && equal(state.theta, known[step].theta), `theta of step ${step}`);
        expect(equal(state.slots.m, known[step].slots.m), `slot of step ${step}`);
        expect(state.position === known[step].position && state.t === step, `counters of ${step}`);
      }
      const on = await call(id, "train", { steps: 60 });
      expect(on.step === 72, "goes on from there");
      await call(id, "goTo", 60);
      expect(equal((await call(id, "state")).theta, known[60].theta), "steps made again");
      await refuses(() => call(id, "goTo", 73), "engine.no_such_step");
      await refuses(() => call(id, "goTo", 1.5), "engine.no_such_step");
    }
  },
  async "pieces of any size have the bits of the whole"() {
    const [a, b] = [await opened(), await opened()];
    await call(a, "train", { steps: 500 });
    for (let left = 500, k = 1; left > 0; k = (k % 17) + 1) {
      const { losses } = await call(b, "train", { steps: Math.min(k, left) });
      left -= losses.length;
    }
    expect(equal((await call(a, "state")).theta, (await call(b, "state")).theta), "theta");
    const [one, other] = [await call(a, "history"), await call(b, "history")];
    expect(equal(one.loss, other.loss) && one.loss.length === 125, "history");
  },
  async "epochs end where they end"() {
    const id = await opened();
    const { epoch, position, losses, epochLosses } = await call(id, "train", { epochs: 3 });
    expect(
      epoch === 3 && position === 0 && losses.length === 12 && epochLosses.length === 3,
      "three",
    );
    await call(id, "train", { steps: 1 });
    const more = await call(id, "train", { epochs: 1 });
    expect(more.epoch === 4 && more.losses.length === 3, "the rest of an epoch");
    const last = await call(id, "train", {});
    expect(last.losses.length > 0, "some time");
  },
  async "a branch goes its own way"() {
    const id = await opened();
    await call(id, "train", { steps: 30 });
    const twin = await call(id, "branch", {});
    const fast = await call(id, "branch", {
      fit: { optimizer: { ...adam, settings: { lr: 0.1 } } },
    });
    for (const one of [id, twin.id, fast.id]) await call(one, "train", { steps: 50 });
    const [a, b, c] = await Promise.all([id, twin.id, fast.id].map((one) => call(one, "state")));
    expect(equal(a.theta, b.theta) && a.step === 80 && b.step === 80, "the same way");
    expect(!equal(a.theta, c.theta), "another way");
    expect(c.t === 80, "the slots stay if only lr differs");
    await refuses(() => call(twin.id, "goTo", 29), "engine.no_such_step");
    await call(twin.id, "goTo", 31);
  },
  async "an edited weight begins a new stretch"() {
    const id = await opened();
    await call(id, "train", { steps: 40 });
    const before = await call(id, "state");
    await call(id, "goTo", 20);
    const middle = await call(id, "state");
    const edited = middle.theta.slice();
    edited[3] = 2;
    await call(id, "setTheta", edited);
    await refuses(() => call(id, "goTo", 21), "engine.no_such_step");
    await call(id, "train", { steps: 20 });
    expect(!equal((await call(id, "state")).theta, before.theta), "another theta");
    await call(id, "goTo", 20);
    expect((await call(id, "state")).theta[3] === 2, "the edited weight");
    await call(id, "goTo", 19);
    await call(id, "goTo", 40);
    await refuses(() => call(id, "setTheta", edited.subarray(1)), "engine.theta_size");
    edited[0] = NaN;
    await refuses(() => call(id, "setTheta", edited), "engine.not_finite_input");
  },
  async "options can change on the way"() {
    const id = await opened();
    await call(id, "train", { steps: 30 });
    const about = await call(id, "change", { fit: { batch_size: null } });
    expect(about.stepsPerEpoch === 1, "the whole set in a step");
    await call(id, "train", { steps: 10 });
    await call(id, "change", {
      fit: { optimizer: { class: "optimizers.SGD", settings: { lr: 0.5 } } },
    });
    expect((await call(id, "state")).t === 0, "another rule begins anew");
    await call(id, "train", { steps: 10 });
    const { theta } = await call(id, "state");
    await call(id, "goTo", 15);
    await call(id, "goTo", 50);
    expect(equal((await call(id, "state")).theta, theta), "back through all of it");
    await call(id, "change", {
      fit: { optimizer: { class: "optimizers.SGD", settings: { lr: 0.2 } } },
    });
    await call(id, "change", { fit: { optimizer: { class: "optimizers.SGD" } } });
    expect((await call(id, "state")).t > 0, "another rate goes on, also if it is the usual one");
    await refuses(() => call(id, "change", { fit: { batch_size: 0 } }), "engine.batch_size");
    const cosine = { class: "schedules.Cosine", settings: { start: 0.1 } };
    const scheduled = { class: "optimizers.SGD", settings: { lr: cosine } };
    await refuses(
      () => call(id, "change", { fit: { optimizer: scheduled } }),
      "engine.needs_epochs",
    );
    await call(id, "change", { fit: { optimizer: scheduled, epochs: 20 } });
    expect((await call(id, "batch")).numbers[0] === 0.1, "the first number of a schedule");
  },
  async "a plateau is remembered"() {
    const plateau = {
      class: "schedules.ReduceOnPlateau",
      settings: { start: 0.5, patience: 2, monitor: "loss" },
    };
    const fit = {
      optimizer: { class: "optimizers.SGD", settings: { lr: plateau } },
      batch_size: null,
    };
    const unseen = { ...plateau, settings: { start: 0.5 } };
    const other = { ...fit, optimizer: { class: "optimizers.SGD", settings: { lr: unseen } } };
    await refuses(() => opened({ fit: other }), "graph.no_monitor");
    const id = await opened({ fit });
    const rates = [];
    for (let step = 0; step < 80; step++) {
      rates.push((await call(id, "batch")).numbers[0]);
      await call(id, "train", { steps: 1 });
    }
    expect(new Set(rates).size > 1, "the rate falls");
    const { theta } = await call(id, "state");
    for (const step of [70, 3, 41]) {
      await call(id, "goTo", step);
      expect((await call(id, "batch")).numbers[0] === rates[step], `the rate of step ${step}`);
    }
    await call(id, "goTo", 80);
    expect(equal((await call(id, "state")).theta, theta), "theta");
  },
  async "a loss that is not finite ends training with words"() {
    const wild = { class: "optimizers.SGD", settings: { lr: 1e30 } };
    const square = {
      ...network,
      layers: [dense(8), dense(1)],
      loss: { class: "losses.SquaredError" },
    };
    const id = await opened({ network: square, fit: { optimizer: wild, batch_size: 32 } });
    const { finite, stopped } = await call(id, "train", { steps: 100 });
    expect(!finite && /^engine\.loss_(nan|infinite)$/.test(stopped?.key), JSON.stringify(stopped));
    told(new Refusal(stopped.key, stopped.values));
    const { theta, step } = await call(id, "state");
    expect(theta.every(Number.isFinite), "finite weights");
    await call(id, "goTo", step);
    expect(!(await call(id, "train", { steps: 5 })).finite, "again");
    await call(id, "goTo", 0);
  },
  async "what is asked for is answered"() {
    const id = await opened({ validation: data });
    const { validation } = await call(id, "train", { epochs: 2 });
    expect(validation.val_loss.length === 2 && validation.val_accuracy.length === 2, "validation");
    const { loss, losses, accuracy } = await call(id, "score", x, y, N);
    const mean = losses.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0) / N;
    expect(Math.abs(loss - mean) < 1e-6 && accuracy > 0.3, "score");
    expect(validation.val_loss[1] === loss, "the same loss");
    const p = await call(id, "predict", x, N);
    expect(equal(p, (await call(id, "values", x, N, ["p"])).p) && p.length === N, "predict");
    const { a1, W1 } = await call(id, "values", x, N, ["a1", "W1"]);
    expect(a1.length === 8 * N && W1.length === 16, "values");
    expect((await call(id, "predict", [], 0)).length === 0, "no rows");
    await refuses(() => call(id, "values", x, N, ["q9"]), "engine.no_value");
    await refuses(() => call(id, "predict", x, N - 1), "engine.input_size");
    await refuses(() => call(id, "predict", undefined, 1), "engine.input_missing");
    await refuses(() => call(id, "predict", [NaN, 1], 1), "engine.not_finite_input");
    await refuses(() => call(id, "predict", x, 1.5), "engine.rows_number");
    const batch = await call(id, "batch");
    const { gradient } = await call(id, "gradient", batch.x, batch.y, 32, { ...batch });
    const sgd = await call(id, "branch", {
      fit: { optimizer: { class: "optimizers.SGD", settings: { lr: 1 } } },
    });
    const before = (await call(sgd.id, "state")).theta;
    const next = await call(sgd.id, "batch");
    expect(equal(next.rows, batch.rows) && next.step === 8, "the same rows");
    await call(sgd.id, "train", { steps: 1 });
    const after = (await call(sgd.id, "state")).theta;
    const moved = before.map((/** @type {number} */ v, /** @type {number} */ i) => v - gradient[i]);
    expect(equal(after, moved), "a step of descent along the gradient");
  },
  async "what cannot be is refused"() {
    const fit = { optimizer: adam };
    for (const [key, more] of /** @type {[string, Any][]} */ ([
      ["engine.no_rows", { data: { x, y, n: 0 } }],
      ["engine.no_rows", { data: null }],
      ["engine.input_size", { data: { x, y, n: N - 1 } }],
      ["engine.not_finite_input", { data: { x: x.map(() => Infinity), y, n: N } }],
      ["engine.theta_size", { theta: [1, 2] }],
      ["engine.batch_size", { fit: { ...fit, batch_size: -1 } }],
      ["engine.weights_count", { fit: { ...fit, sample_weight: [1] } }],
      ["engine.weights_range", { fit: { ...fit, sample_weight: y.map(() => -1) } }],
      ["engine.weights_zero", { fit: { ...fit, sample_weight: y.map(() => 0) } }],
      ["engine.class_weight", { fit: { ...fit, class_weight: "fair" } }],
      ["engine.class_unknown", { fit: { ...fit, class_weight: { 7: 1 } } }],
      ["engine.fraction", { fit: { ...fit, validation_fraction: 2 } }],
      ["graph.no_optimizer", { fit: { optimizer: { class: "layers.Dense" } } }],
      ["graph.no_twin", { fit: { optimizer: { class: "optimizers.LBFGS" } } }],
    ]))
      await refuses(() => opened(more), key);
    const classes = {
      ...network,
      layers: [dense(3)],
      loss: { class: "losses.SoftmaxCrossEntropy" },
      target: { number: "index", shape: [] },
    };
    await refuses(
      () => opened({ network: classes, data: { x, y: Int32Array.from(y, () => 3), n: N } }),
      "engine.label_too_large",
    );
    await refuses(
      () => opened({ network: classes, data: { x, y: y.map(() => 0.5), n: N } }),
      "engine.not_whole",
    );
    const id = await opened({ fit: { ...fit, validation_fraction: 0.25 } });
    await refuses(() => call(id, "train", { steps: -1 }), "engine.steps_number");
    await call(id, "close");
    await refuses(() => call(id, "train", { steps: 1 }), "engine.closed");
    await refuses(() => call(12345, "predict", x, N), "engine.closed");
  },
  async "several calls at once take turns"() {
    const id = await opened();
    const long = call(id, "train", { milliseconds: 400 });
    const p = await call(id, "predict", x, N);
    expect(p.length === N, "an answer while it trains");
    const begin = performance.now();
    const there = await call(id, "goTo", 1);
    expect(there.step === 1 && performance.now() - begin < 300, "a change ends training early");
    expect((await long).step > 1, "what was made until then");
  },
  async "programs from a file answer"() {
    const programs = trace(network);
    const theta = initialTheta(programs, network);
    const bytes = {
      predict: toBytes(programs.predict),
      score: toBytes(programs.score),
      train: toBytes(programs.train),
    };
    const sample = programs.sample && { sample: toBytes(programs.sample) };
    const parts = { programs: { ...bytes, ...sample }, theta, dtype: "float32" };
    const { id } = await sessions.call("openNetwork", undefined, [parts]);
    const p = await call(id, "predict", x, N);
    expect(p.length === N && (await call(id, "score", x, y, N)).loss > 0, "answers");
    const [a, b, c] = [
      await call(id, "sample", x, N, [1, 0]),
      await call(id, "sample", x, N, [1, 0]),
      await call(id, "sample", x, N, [2, 0]),
    ];
    expect(equal(a, b) && !equal(a, c), "samples by key");
    expect((await call(id, "gradient", x, y, N)).gradient.length === theta.length, "gradient");
    await refuses(
      () => sessions.call("openNetwork", undefined, [{ ...parts, theta: theta.subarray(1) }]),
      "engine.theta_size",
    );
    await refuses(
      () => sessions.call("openNetwork", undefined, [{ ...parts, programs: {} }]),
      "engine.no_program",
    );
  },
  async "damaged programs are refused or run, and break nothing"() {
    const programs = trace(network);
    const theta = initialTheta(programs, network);
    const whole = toBytes(programs.train);
    const engine = await Engine.open("float32");
    let refused = 0;
    const random = drawn(9, 20_000).map(Math.abs);
    let at = 0;
    const below = (/** @type {number} */ n) => Math.floor(random[at++ % random.length] * n);
    for (let k = 0; k < 500; k++) {
      let bytes = whole.slice();
      const words = new Int32Array(bytes.buffer, 0, bytes.length >> 2);
      if (k % 5 === 0) bytes = bytes.subarray(0, below(bytes.length));
      else if (k % 5 === 1) bytes = Uint8Array.from({ length: below(2000) }, () => below(256));
      else
        for (let j = 0; j <= k % 4; j++)
          words[below(words.length)] = [0, -1, 1, 2 ** 31 - 1, below(50)][below(5)];
      if (k % 7 === 0 && bytes.length >= 4)
        new DataView(bytes.buffer, bytes.byteOffset).setInt32(0, 0x31435243, true);
      try {
        const parts = {
          programs: { predict: bytes, train: bytes, score: bytes },
          theta,
          dtype: "float32",
        };
        const { id } = await sessions.call("openNetwork", undefined, [parts]);
        try {
          await call(id, "gradient", x, y, N);
          await call(id, "predict", x, N);
        } finally {
          await call(id, "close");
        }
      } catch (error) {
        refused++;
        if (!(error instanceof Refusal))
          expect(false, `case ${k}: ${error instanceof Error ? error.stack : error}`);
      }
      try {
        engine
          .bind({
            program: bytes.slice(),
            rows: 1 + below(200),
            wanted: Uint8Array.from({ length: below(60) }, () => below(2)),
          })
          .release();
      } catch (error) {
        if (!(error instanceof Refusal))
          expect(false, `bind ${k}: ${error instanceof Error ? error.stack : error}`);
      }
    }
    expect(refused > 350, `${refused} refused`);
  },
  async "memory comes back"() {
    const gc = /** @type {Any} */ (globalThis).gc;
    const used = () => {
      gc();
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      return (arrayBuffers + heapUsed) / 2 ** 20;
    };
    const round = async () => {
      const id = await opened();
      await call(id, "train", { steps: 20 });
      await call(id, "predict", x, N);
      await call(id, "close");
    };
    for (let k = 0; k < 50; k++) await round();
    const begin = used();
    for (let k = 0; k < 1000; k++) {
      await round();
      if (k % 100 === 99) gc();
    }
    const end = used();
    expect(end - begin < 8, `${begin.toFixed(1)} MB, after 1,000 sessions ${end.toFixed(1)} MB`);
    const id = await opened();
    await call(id, "train", { steps: 20 });
    await call(id, "score", x, y, N);
    const size = sessions.open.get(id)?.thing.run.engine.memory.top;
    for (let k = 0; k < 200; k++) {
      await call(id, "train", { steps: 3 });
      await call(id, "score", x, y, N);
      await call(id, "gradient", x, y, N);
    }
    const grown = sessions.open.get(id)?.thing.run.engine.memory.top - size;
    expect(grown < 2 ** 18, `one session grows by ${grown} bytes`);
  },
};

const only = process.argv[2];
for (const [title, check] of Object.entries(CHECKS)) {
  if (only && !title.includes(only)) continue;
  name = title;
  try {
    await check();
  } catch (error) {
    expect(false, error instanceof Error ? `${error.stack}` : String(error));
  }
}
process.stdout.write(JSON.stringify({ checks, wrong }), () => process.exit());
