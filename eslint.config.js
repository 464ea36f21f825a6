import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Folders of src/ from the bottom up: each may import those before it, through their index alone. */
const LAYERS = [
  ['config', []],
  ['plugins', ['config']],
  ['storage', ['config']],
  ['events', ['config', 'storage']],
  ['executor', ['config', 'plugins', 'storage', 'events']],
  ['observability', ['config', 'storage', 'executor', 'http', 'auth']],
  ['http', ['config', 'storage', 'auth', 'executor', 'observability']],
  ['auth', ['config', 'storage', 'events', 'http']],
  ['graphs', ['config', 'plugins', 'storage', 'executor', 'http', 'auth']],
  ['fleet', ['executor', 'http', 'auth']],
  ['runs', ['config', 'plugins', 'storage', 'events', 'executor', 'http', 'auth', 'graphs']],
];
const FOLDERS = [...LAYERS.map(([name]) => name), 'cli'];

/** Folders that answer clients: they see one namespace at a time. */
const ANSWERING = ['http', 'auth', 'graphs', 'runs', 'fleet'];

const layerPatterns = ([name, allowed]) => [
  {
    regex: `^(\\.\\./)+(${FOLDERS.filter((folder) => folder !== name && !allowed.includes(folder)).join('|')})/(?!(core|problem|openapi|validation|pagination|access)/index\\.js$)`,
    message: `src/${name} may import only ${allowed.join(', ') || 'nothing'} and the pure core.`,
  },
  {
    regex: `^(\\.\\./)+(${allowed.join('|') || 'none'})/(?!(sdk/)?index\\.js$|(core|problem|openapi|validation|pagination|access)/index\\.js$).+`,
    message: "Import through the folder's index.js.",
  },
  ...(ANSWERING.includes(name)
    ? [
        {
          regex: 'storage/index\\.js$',
          importNamePattern: '^All[A-Z]',
          message: 'What answers clients reads from the repositories that take a namespace.',
        },
      ]
    : []),
];

/** A controller that could make an id of a text could read with it past the namespace of its caller. */
const idPattern = {
  regex: 'core/index\\.js$',
  importNames: ['runId', 'graphId'],
  message: 'A service finds what an id in a request names, in the namespace of the caller.',
};

const restrictImports = (files, patterns) => ({ files, rules: { 'no-restricted-imports': ['error', { patterns }] } });

const layerRules = LAYERS.flatMap((layer) => [
  restrictImports([`src/${layer[0]}/**/*.ts`], layerPatterns(layer)),
  restrictImports([`src/${layer[0]}/**/*.controller.ts`], [...layerPatterns(layer), idPattern]),
]);

export default tseslint.config(
  {
    ignores: ['dist/**', 'coverage/**', 'node_modules/**', 'sdk/typescript/dist/**', 'sdk/typescript/src/generated/**'],
  },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeCheckedOnly],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        importX.createNodeResolver({ extensions: ['.ts', '.js'], extensionAlias: { '.js': ['.ts', '.js'] } }),
      ],
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/unbound-method': 'off',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['sdk/typescript/**/*.ts'],
    languageOptions: {
      parserOptions: { project: './sdk/typescript/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
  },
  // Wrong on purpose, and only compiled.
  {
    files: ['sdk/typescript/type-tests/**'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off', '@typescript-eslint/no-unsafe-argument': 'off' },
  },
  { files: ['src/cli/**', 'scripts/**', 'bench/**'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
        structuredClone: 'readonly',
        URL: 'readonly',
      },
    },
  },
  ...layerRules,
  {
    files: ['src/executor/core/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(?!\\./)', message: 'The core is pure: it imports nothing but its own files.' }] },
      ],
      'no-restricted-globals': ['error', 'setTimeout', 'setInterval', 'setImmediate', 'Date', 'performance', 'process'],
    },
  },
  {
    files: ['**/*.spec.ts', 'test/**'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Jest's asymmetric matchers are typed any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      'no-restricted-imports': 'off',
    },
  },
);
