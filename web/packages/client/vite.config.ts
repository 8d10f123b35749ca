import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  build: {
    target: 'es2022',
    lib: { entry: ['index.ts', 'react.ts'], formats: ['es'] },
    rollupOptions: { external: [/^(idb|react|react\/jsx-runtime|socket\.io-client|zustand(\/vanilla)?)$/] },
  },
});
