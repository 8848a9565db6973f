// Long work in slices: between two of them messages are answered and the page draws.

export const SLICE = 8; // milliseconds

/** Let everything that waits run first. @returns {Promise<void>} */
export function breath() {
  return new Promise((go) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      go();
    };
    port2.postMessage(null);
  });
}
