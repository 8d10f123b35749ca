import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const hubbub = process.env['HUBBUB_URL'] ?? 'http://127.0.0.1:3000';

const FIRST_LOAD_KB_MAX = 220;

/** Fails the build when the scripts of the first load outgrow their budget. */
const budget: Plugin = {
  name: 'first-load-budget',
  generateBundle(_, bundle) {
    const bytes = Object.values(bundle).reduce(
      (sum, file) => sum + (file.type === 'chunk' && !file.isDynamicEntry ? gzipSync(file.code).length : 0),
      0,
    );
    if (bytes > FIRST_LOAD_KB_MAX * 1000) this.error(`first load: ${bytes} bytes of script, gzipped`);
  },
};

export default defineConfig({
  plugins: [react(), tailwindcss(), budget],
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 1000 },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': hubbub,
      '/socket.io': { target: hubbub, ws: true },
    },
  },
  test: { include: ['src/**/*.test.{ts,tsx}'] },
});
