// The error codes of the engine's door as refusals with words.
import { Refusal } from "../app/refusal.js";

/** The codes of engines/engine.h, in their order there. */
const CODES = [
  "fine",
  ...["no_twin", "no_rule", "not_a_program", "too_large", "not_supported", "no_memory"],
  ...["wrong_size", "wrong_role", "wrong_place", "wrong_order", "computed_twice", "wrong_kind"],
  ...["wrong_arity", "wrong_numbers", "wrong_shapes", "wrong_input", "wrong_move", "wrong_output"],
  ...["wrong_request", "wrong_group", "wrong_rule"],
  ...["missing", "wrong_type", "too_short", "not_aligned", "read_only", "wrong_count"],
  ...["wrong_starts", "wrong_row", "wrong_step", "wrong_plan"],
];

const PARTS = ["program", "value", "step", "input", "move", "group"];
const FIRST_ARRAY = 16;
const ARRAYS = [
  ...["call", "theta", "slot", "rows", "order", "numbers", "c", "starts", "hyper", "constants"],
  ...["losses", "grad", "out"],
];

/**
 * @param {{ code: number, what: number, at: number }} trouble
 * @param {string} [text] what the place is called, if the caller knows
 */
export function refusalOf({ code, what, at }, text) {
  const array = ARRAYS[what - FIRST_ARRAY];
  const part = array ? (at ? `${array} ${at}` : array) : `${PARTS[what] ?? "program"} ${at}`;
  return new Refusal(`engine.${CODES[code] ?? "unknown"}`, { place: text ?? part, code });
}
