// The graph of a network, in JavaScript: what others import from here.
export { fromBytes, toBytes } from "./byte_form.js";
export { canonical, same } from "./descriptions.js";
export { equationLines, equations } from "./equations.js";
export { formula } from "./formula.js";
export { layerNames } from "./layers/containers.js";
export { lossNames } from "./losses.js";
export { readPython, writeExpression, writePython } from "./python_code.js";
export { initialTheta } from "./theta.js";
export { updateParts } from "./update.js";
export { trace } from "./trace.js";
