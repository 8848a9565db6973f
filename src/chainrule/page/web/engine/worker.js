// The worker: messages in, answers out. client.js makes it.
import { Refusal } from "../app/refusal.js";
import { buffersOf, Sessions } from "./sessions.js";

/** @type {any} */
const page = globalThis;
const sessions = new Sessions();

/** @param {MessageEvent} message */
page.onmessage = async ({ data }) => {
  const { number, method, id, values, files } = data;
  if (files) {
    page.chainruleFiles = files; // of the single-file page
    return;
  }
  try {
    const value = await sessions.call(method, id, values);
    page.postMessage({ number, value }, buffersOf(method === "openSession" ? undefined : value));
  } catch (error) {
    page.postMessage({ number, ...told(error) });
  }
};

/** @param {unknown} error */
function told(error) {
  if (error instanceof Refusal) return { refusal: { key: error.key, values: error.values } };
  if (error instanceof RangeError) return { refusal: { key: "engine.no_memory", values: {} } };
  return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
