// One step of a run: what the engine made of it, and the stages that say how.
import { openSession } from "../../engine/client.js";
import { classFacts } from "../../graph/facts.js";
import { trace } from "../../graph/index.js";
import { updateParts } from "../../graph/update.js";
import { sizeOf } from "../../reference/arrays.js";
import { afterGradient, stages } from "../../reference/stages.js";
import { groupsOf, settingsOf } from "../../reference/update_list.js";

/** @typedef {import("./examples.js").Example} Example */
/** @typedef {import("../../reference/stages.js").Stage} Stage */
/** @typedef {import("../../reference/stages.js").Update} Update */
/** @typedef {Float32Array | Float64Array} Reals */
/**
 * @typedef {object} Moment
 * @property {number} step updates made before it
 * @property {number} epoch
 * @property {number} loss
 * @property {Update} update
 * @property {Stage[]} stages
 * @property {Int32Array} rows the numbers of the batch's rows in the data
 * @property {boolean} failed the update gives numbers that are not finite
 * @property {boolean} [foreign] the network has an op that the page does not have
 * @property {boolean} [large] the forward pass is too long for the page
 * @property {"engine" | "run" | "page"} source whose numbers loss, gradient and weights are
 */

const PIECE = 500; // steps between two breaths
const MOST = 4e6; // products of a batch that the page makes without a pause

/**
 * Return true if the forward pass of so many rows is too long for the page.
 *
 * @param {import("../../graph/trace.js").Program} program
 * @param {number} rows
 */
export function isLong({ values, steps }, rows) {
  const products = steps.reduce((sum, { inputs, output }) => {
    const [W, z] = [values[inputs[1]]?.shape ?? [], values[output].shape];
    return W.length < 2 || z[0] !== 0 ? sum : sum + sizeOf(W) * sizeOf(z.slice(1, -1));
  }, 0);
  return products * rows > MOST;
}

/** A run that can be visited at each step. */
export class Visited {
  /**
   * @param {Example} example
   * @param {import("../../engine/client.js").RemoteSession} session
   * @param {Example} given the example before its frozen parameters were named
   */
  constructor(example, session, given) {
    this.given = given;
    this.example = example;
    this.session = session;
    this.known = 0;
    /** @type {Promise<any>} */
    this.busy = Promise.resolve();
    /** @type {Map<number, Moment>} */
    this.kept = new Map();
  }

  /** @param {Example} example @returns {Promise<Visited>} */
  static async open(example) {
    const { data, fit } = example;
    const network = withFrozen(example.network);
    const index = network.target?.number === "index";
    const session = await openSession({
      network,
      ...(example.theta ? { theta: example.theta } : {}),
      data: {
        x: Float64Array.from(data.x),
        y: index ? Int32Array.from(data.y) : Float64Array.from(data.y),
        n: data.n,
      },
      fit,
    });
    return new Visited({ ...example, network }, session, example);
  }

  /** @param {number} step @returns {Promise<Moment>} */
  at(step) {
    const found = this.kept.get(step);
    if (found) return Promise.resolve(found);
    const made = this.busy.then(() => this.made(step));
    this.busy = made.catch(() => {});
    return made;
  }

  /** @param {number} step @returns {Promise<Moment>} */
  async made(step) {
    const { session } = this;
    let { last } = await session.state();
    if (step > last) await session.goTo(last);
    while (last < step) {
      const done = await session.train({ steps: Math.min(PIECE, step - last) });
      last = done.step;
      if (!done.finite) break;
    }
    await session.goTo(Math.min(step, last));
    const before = await session.state();
    const batch = await session.batch();
    const made = await session.gradient(batch.x, batch.y, batch.rows.length, {
      seed: batch.seed,
      step: batch.step,
      rows: batch.rows,
      c: batch.c,
    });
    const done = await session.train({ steps: 1 });
    const after = await session.state();
    const update = this.update(before, batch);
    const failed = !done.finite || after.step === before.step;
    const loss = failed ? made.loss : done.losses[0];
    update.after = { loss, g: made.gradient };
    if (!failed) Object.assign(update.after, { theta: after.theta, slots: slotsOf(after, update) });
    const large = !failed && isLong(update.program, batch.rows.length);
    /** @type {any} */
    const given = update;
    /** @type {Moment} */
    const moment = {
      step: before.step,
      epoch: before.epoch,
      loss,
      update,
      stages: large ? afterGradient(given) : stages(update),
      large,
      rows: batch.rows,
      failed,
      source: "engine",
    };
    if (this.kept.size > 30) this.kept.clear();
    this.kept.set(moment.step, moment);
    return moment;
  }

  /**
   * @param {Awaited<ReturnType<import("../../engine/client.js").RemoteSession["state"]>>} state
   * @param {Awaited<ReturnType<import("../../engine/client.js").RemoteSession["batch"]>>} batch
   * @returns {Update}
   */
  update(state, batch) {
    const { network, fit } = this.example;
    const program = this.session.about.programs.train;
    const parts = [fit.optimizer ?? { class: "optimizers.Adam" }].flat();
    const rule = parts.find((p) => classFacts(p.class)?.slots) ?? parts[0];
    const { constraints, average } = updateParts(parts.length > 1 ? parts : rule, {
      perEpoch: this.session.about.stepsPerEpoch,
      epochs: fit.epochs ?? 1,
    });
    const clips = parts.slice(0, parts.indexOf(rule));
    const frozen = network.frozen ?? [];
    const groups = groupsOf(program, { frozen, rates: network.rates }, rule.class);
    /** @type {Update} */
    const update = {
      program,
      theta: state.theta,
      slots: {},
      batch: { x: batch.x, y: batch.y, c: batch.c, row: batch.rows, N: batch.rows.length },
      key: [batch.seed, batch.step],
      t: batch.t,
      list: {
        clips,
        optimizer: {
          class: rule.class,
          settings: numbersAt(rule, batch.numbers, groups[0]?.lr ?? 1),
        },
        constraints,
        average,
        groups,
      },
      frozen,
    };
    update.slots = slotsOf(state, update);
    return update;
  }

  close() {
    this.session.close();
  }
}

/**
 * Return a description in which what is not trainable is frozen, as `fit` has it.
 *
 * @param {import("../../graph/trace.js").Network} network
 */
export function withFrozen(network) {
  const still = trace(network)
    .train.params.filter((p) => !p.trainable)
    .map((p) => p.path);
  return still.length ? { ...network, frozen: [...(network.frozen ?? []), ...still] } : network;
}

/**
 * Return the settings of a rule with the numbers of one step, of which those of the first group are
 * given.
 *
 * @param {import("../../graph/facts.js").Description} rule
 * @param {number[]} numbers
 * @param {number} lr the factor of the group's learning rate
 */
function numbersAt(rule, numbers, lr) {
  const settings = settingsOf(rule);
  Object.keys(settings).forEach((name, k) => {
    if (k >= numbers.length || typeof settings[name] === "boolean") return;
    settings[name] = name === "lr" && lr ? numbers[k] / lr : numbers[k];
  });
  return settings;
}

/**
 * Return the slots of a state, with the average of the weights if there is one.
 *
 * @param {{ slots: Record<string, Reals>, averaged?: Reals }} state
 * @param {Update} update
 */
function slotsOf({ slots, averaged }, { list }) {
  if (!averaged) return slots;
  const size = list.groups.reduce((sum, g) => sum + g.stop - g.start, 0);
  const average = /** @type {Reals} */ (averaged.slice(0, size));
  let begin = 0;
  for (const { start, stop } of list.groups) {
    average.set(averaged.subarray(start, stop), begin);
    begin += stop - start;
  }
  return { ...slots, average };
}
