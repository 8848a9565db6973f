// An input that the page does not take, with a sentence that says why and what to do.

/**
 * Thrown where a link, a file, a table or a formula is refused. `key` names a text in both
 * languages, `values` fill its gaps; the page shows the sentence where the input was given.
 */
export class Refusal extends Error {
  /**
   * @param {string} key the text, for example "data.no_rows"
   * @param {Record<string, string | number>} [values]
   */
  constructor(key, values = {}) {
    super(`${key} ${JSON.stringify(values)}`);
    this.name = "Refusal";
    this.key = key;
    this.values = values;
  }
}
