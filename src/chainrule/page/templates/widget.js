// The notebook's side of `cr.page.show`: a frame with the page in it, and messages to Python.

const SECONDS = 10; // until it says that Python does not answer

/** @param {{ model: any, el: HTMLElement }} view */
function render({ model, el }) {
  const note = document.createElement("p");
  note.textContent = "Opening the Lab …";
  note.setAttribute("role", "status");
  const frame = document.createElement("iframe");
  frame.title = "chainrule Lab";
  frame.setAttribute("sandbox", "allow-scripts allow-downloads");
  frame.allow = "clipboard-write";
  Object.assign(frame.style, { width: "100%", border: "0", display: "none" });
  frame.style.height = `${model.get("_height")}px`;
  el.append(note, frame);

  /** @param {any} message @param {DataView[]} buffers */
  function answered(message, buffers) {
    if (message.kind !== "page" || frame.srcdoc) return;
    clearTimeout(timer);
    frame.srcdoc = new TextDecoder().decode(buffers[0]);
    frame.style.display = "block";
    note.remove();
  }

  /** @param {MessageEvent} event */
  function said(event) {
    if (event.source !== frame.contentWindow || event.data?.chainrule !== "told") return;
    const { value, theta } = event.data;
    const kind = theta instanceof Float64Array ? "float64" : "float32";
    const bytes = ArrayBuffer.isView(theta) ? [theta.buffer] : [];
    model.send({ kind: "told", value, theta: bytes.length ? kind : null }, undefined, bytes);
  }

  const timer = setTimeout(() => {
    note.textContent = "Python does not answer. Run the cell again.";
  }, SECONDS * 1000);
  model.on("msg:custom", answered);
  addEventListener("message", said);
  model.send({ kind: "page?" });
  return () => {
    clearTimeout(timer);
    model.off("msg:custom", answered);
    removeEventListener("message", said);
  };
}

export default { render };
