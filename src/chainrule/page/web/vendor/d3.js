// The d3 modules as npm has them put their functions on one object, in this order.
import "./d3-array.js";
import "./d3-color.js";
import "./d3-format.js";
import "./d3-interpolate.js";
import "./d3-time.js";
import "./d3-time-format.js";
import "./d3-scale.js";
import "./d3-path.js";
import "./d3-shape.js";
import "./d3-contour.js";
import "./d3-dispatch.js";
import "./d3-selection.js";
import "./d3-drag.js";

/** @type {any} */
const d3 = /** @type {any} */ (globalThis).d3;
export default d3;
