import globals from "globals";
import js from "@eslint/js";

export default [
    js.configs.recommended,
    {
        files: ["addons/**/*.js"],
        languageOptions: {
            ecmaVersion: 2024,
            sourceType: "module",
            globals: {...globals.browser, odoo: "readonly"},
        },
        rules: {
            "array-callback-return": "error",
            curly: "error",
            eqeqeq: "error",
            "no-console": "error",
            "no-else-return": "error",
            "no-empty-function": "error",
            "no-shadow": "error",
            "no-unused-vars": ["error", {argsIgnorePattern: "^_"}],
            "no-var": "error",
            "prefer-const": "error",
        },
    },
];
