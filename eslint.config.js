// What eslint asks of the page: its recommended rules, and rules that keep the page as it is built.
import js from "@eslint/js";
import globals from "globals";

const WEB = "src/chainrule/page/web/";
const VENDOR = `${WEB}vendor/**`;

export default [
  { ignores: ["**/.*/**", "node_modules/**", "build/**", "dist/**", "docs/**", VENDOR] },
  {
    ...js.configs.recommended,
    files: ["**/*.js"],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    languageOptions: {
      ecmaVersion: 2024,
      sourceType: "module",
      globals: { ...globals.browser, ...globals.worker },
    },
    rules: {
      ...js.configs.recommended.rules,
      "no-console": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-alert": "error",
      "no-loss-of-precision": "off", // constants have the digits of their source
      "no-var": "error",
      "prefer-const": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  {
    // Computed in node, in the worker and in the page alike.
    files: ["graph", "reference", "data"].map((folder) => `${WEB}${folder}/**/*.js`),
    rules: {
      "no-restricted-globals": ["error", "document", "window", "localStorage", "location"],
    },
  },
  {
    // Runs in browsers that know no modules.
    files: ["src/chainrule/page/templates/opening.js"],
    languageOptions: { ecmaVersion: 5, sourceType: "script" },
    rules: { "no-var": "off" },
  },
  {
    files: ["eslint.config.js", "tests/page/**/*.js", "bench/**/*.js", "scripts/**/*.js"],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: { "no-console": "off" },
  },
];
