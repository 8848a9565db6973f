// What Python's docstrings say about a layer, a loss, an optimizer, in the reader's language.

/** MathML of a printed equation. @type {((text: string) => string) | null} */
export const formula = null;

/**
 * @param {"en" | "zh"} _language
 * @returns {(topic: string) => import("../components/page_context.js").Explanation | null}
 */
export const explainer = (_language) => () => null;
