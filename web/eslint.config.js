import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

// The arrows of ARCHITECTURE.md: app → features → realtime api ui → storage generated.
const arrows = (folder, ...forbidden) => ({
  files: [`src/${folder}/**/*.{ts,tsx}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [...forbidden, '^idb$'].map((regex) => ({
          regex,
          message: `${folder}/ may not import this`,
        })),
      },
    ],
  },
});

const features = [
  'account',
  'auth',
  'channels',
  'composer',
  'connection',
  'members',
  'notifications',
  'presence',
  'search',
  'switcher',
  'timeline',
];
const react = '^(react|react-dom|react-intl|zustand|@tanstack/react-.*|radix-ui)(/(?!vanilla).*)?$';

export default tseslint.config(
  { ignores: ['dist', 'packages/*/dist'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  hooks.configs.flat.recommended,
  {
    files: ['public/*.js'],
    languageOptions: { globals: { document: 'readonly', localStorage: 'readonly' } },
  },
  {
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'error',
      'max-lines': ['error', 400],
      // The React Compiler is not used; the virtualizer's functions are read in the render that they belong to.
      'react-hooks/incompatible-library': 'off',
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/storage/**', 'src/**/*.test.{ts,tsx}'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['localStorage', 'sessionStorage', 'indexedDB', 'caches'].map((name) => ({
          name,
          message: 'It may throw, hang or be full: src/storage/ guards it.',
        })),
      ],
    },
  },
  arrows('generated', '\\.\\./'),
  arrows('ui', '/(app|features|realtime|api)/'),
  arrows('api', '/(app|features|realtime|ui)/', react),
  arrows('bindings', '/(app|features|api|ui)/'),
  arrows('realtime', '/(app|features|api|ui)/', react),
  ...features.map((name) =>
    arrows(`features/${name}`, '/app/', `/(${features.filter((other) => other !== name).join('|')})/`),
  ),
);
