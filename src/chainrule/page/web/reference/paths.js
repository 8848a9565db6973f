// Paths of tensors, and what stands under them.

/**
 * Return true if a path is one of the prefixes or under one: block matches block/dense1/W.
 *
 * @param {string} path
 * @param {readonly string[]} prefixes
 */
export const isUnder = (path, prefixes) =>
  prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix.replace(/\/+$/, "")}/`));
