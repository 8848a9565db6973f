// Numbers with as many digits as the articles print.

/** @param {number} value @param {number} [digits] after the point */
export const fixed = (value, digits = 8) => value.toFixed(digits).replace("-", "−");
