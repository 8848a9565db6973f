// Errors of the page itself: shown with words, counted for the tests, never a silent stop.

/** @type {((message: string) => void) | null} */
let tell = null;

/**
 * Remember an error; `data-failures` of the document counts them.
 *
 * @param {unknown} error
 * @param {boolean} [say] whether a notice is shown; an error boundary shows its own
 */
export function report(error, say = true) {
  const { dataset } = document.documentElement;
  dataset.failures = String(Number(dataset.failures ?? 0) + 1);
  const message = error instanceof Error ? error.message : String(error);
  const place = error instanceof Error ? (error.stack?.split("\n")[1]?.trim() ?? "") : "";
  dataset.failure = `${message} ${place}`;
  if (say) tell?.(message);
}

/** Show errors that nothing else catches. @param {(message: string) => void} show */
export function catchFailures(show) {
  tell = show;
  const own = (/** @type {Event} */ event, /** @type {unknown} */ error) => {
    event.preventDefault();
    report(error);
  };
  const onError = (/** @type {ErrorEvent} */ event) => {
    // Browsers say this when a size watcher is late by a frame; nothing is lost.
    if (event.message?.startsWith("ResizeObserver loop")) return event.preventDefault();
    return own(event, event.error ?? event.message);
  };
  const onRejection = (/** @type {PromiseRejectionEvent} */ event) => own(event, event.reason);
  addEventListener("error", onError);
  addEventListener("unhandledrejection", onRejection);
  return () => {
    removeEventListener("error", onError);
    removeEventListener("unhandledrejection", onRejection);
  };
}
