// Python code of a network and of its training, written and read.
export { readPython } from "./python/read.js";
export { writeExpression, writePython } from "./python/write.js";
