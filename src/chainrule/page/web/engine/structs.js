// The structs of C that cross the border, field by field, as a 32-bit compiler lays them out.
// i = int32_t, l = int64_t, d = double, p = a pointer, b = a Buffer, a number = so many bytes.

/** engines/engine.h */
export const REQUEST = layout(
  "program:p program_bytes:l wanted:p wanted_count:l rows:i threads:i keep:i rule:p groups:p " +
    "group_count:i slots:i hypers:i constants:p constant_count:i outside:p outside_count:l",
);
export const GIVEN = layout(
  "theta:b slot0:b slot1:b slot2:b slot3:b rows:p in_order:256 row_inputs:i slots:i order:b " +
    "numbers:b c:b starts:b hyper:b constants:b losses:b grad:b out:b predicted:l t:l step:l " +
    "seed:l milliseconds:i careful:i",
);
export const RUN = layout(
  "theta:p slots:16 order:p numbers:p c:p starts:p batches:l hyper:p constants:p hyper_step:l " +
    "losses:p grad:p out:p t:l step:l seed:l steps:l milliseconds:i careful:i finite:i outside:p " +
    "caller:p failed:i watch:p threads:i process:i exchange:p data:2048",
);
export const TROUBLE = layout("code:i what:i at:l");
export const ENGINE = layout(
  "name:p bytes:i op:p rule:p clip:p rule_takes:p entry:p check_program:p bind:p set_clips:p " +
    "set_matrices:p exchanged:p set_processes:p own_rows:p release:p check_run:p " +
    "check_predict:p advance:p predict:p about:p time_calls:p time_spent:p",
);
export const BUFFER = layout("data:p bytes:l type:i read_only:i");

/** energy/hopfield/hopfield.h */
export const HOPFIELD = layout(
  "units:l states:l sweeps:l orders:l whole:i receive:p send:p cut:p order:p s:p flips:p " +
    "flipped:p swept:p",
);

/** energy/rbm/rbm.h */
export const RBM = layout(
  "visible:i hidden:i chains:i rounds:i steps:l starts:p x:p plus:p minus:p u:p W:p b:p c:p dW:p " +
    "db:p dc:p h:p errors:p together:p",
);
export const RBM_TRAINING = layout(
  "visible:i hidden:i chains:i rounds:i steps:l rows:l starts:p x:p c:p order:p data_period:l " +
    "c_period:l theta:p slot:16 h:p rule:p hyper:p hyper_step:l t:l step:l seed:i path:i limit:d " +
    "milliseconds:i careful:i losses:p done:l finite:i together:p",
);

/** The types of a Buffer. */
export const TYPES = { f32: 1, f64: 2, u8: 3, i16: 4, i32: 5, i64: 6, u32: 7 };

/** What `about` tells of a plan, in the order of engine.h. */
export const ABOUT = {
  memory: 0,
  threads: 1,
  phases: 2,
  rowInputs: 3,
  thetaSize: 4,
  outputSize: 5,
  hyperSize: 6,
  slotSize: 7,
  loneInput: 8,
};

/**
 * @typedef {object} Layout
 * @property {number} size in bytes
 * @property {Record<string, { at: number, type: string }>} field
 */

/**
 * @param {string} text name:type of each field
 * @returns {Layout}
 */
function layout(text) {
  const sizes = /** @type {Record<string, number>} */ ({ i: 4, p: 4, l: 8, d: 8, b: 24 });
  /** @type {Layout["field"]} */
  const field = {};
  let end = 0;
  for (const word of text.split(" ")) {
    const [name, type] = word.split(":");
    const aligned = "ldb".includes(type) ? 8 : 4;
    const at = Math.ceil(end / aligned) * aligned;
    field[name] = { at, type };
    end = at + (sizes[type] ?? Number(type));
  }
  return { size: Math.ceil(end / 8) * 8, field };
}

/**
 * Write fields of a struct; those that are not named keep what they hold.
 *
 * @param {ArrayBuffer} buffer
 * @param {number} start the address of the struct
 * @param {Layout} layout
 * @param {Record<string, any>} values numbers; for a Buffer `{ start, bytes, type }` or null
 */
export function write(buffer, start, layout, values) {
  const view = new DataView(buffer, start, layout.size);
  for (const name in values) {
    const { at, type } = layout.field[name];
    const value = values[name];
    if (type === "b") writeBuffer(view, at, value);
    else if (type === "l") view.setBigInt64(at, BigInt(value ?? 0), true);
    else if (type === "d") view.setFloat64(at, value ?? 0, true);
    else view.setInt32(at, value ?? 0, true);
  }
}

/**
 * @param {DataView} view
 * @param {number} at
 * @param {{ start: number, bytes: number, type: string } | null | undefined} array
 */
export function writeBuffer(view, at, array) {
  view.setInt32(at, array?.start ?? 0, true);
  view.setBigInt64(at + 8, BigInt(array?.bytes ?? 0), true);
  view.setInt32(at + 16, array ? TYPES[/** @type {keyof typeof TYPES} */ (array.type)] : 0, true);
  view.setInt32(at + 20, 0, true);
}

/**
 * Read one field of a struct.
 *
 * @param {ArrayBuffer} buffer
 * @param {number} start
 * @param {Layout} layout
 * @param {string} name
 * @returns {number}
 */
export function read(buffer, start, layout, name) {
  const { at, type } = layout.field[name];
  const view = new DataView(buffer, start, layout.size);
  if (type === "l") return Number(view.getBigInt64(at, true));
  return type === "d" ? view.getFloat64(at, true) : view.getInt32(at, true);
}
