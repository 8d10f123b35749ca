import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { readFileSync } from 'node:fs';
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

const emojibase = (file: string): string => readFileSync(`node_modules/emojibase-data/${file}`, 'utf8');

/** The picker's data, and the names for completion, as files of our own: nothing is fetched from elsewhere. */
const emoji: Plugin = {
  name: 'emoji-data',
  configureServer(server) {
    server.middlewares.use('/emoji', (request, response, next) => {
      const source = emojiFiles()[`emoji${request.url ?? ''}`];
      if (source === undefined) next();
      else response.setHeader('content-type', 'application/json').end(source);
    });
  },
  generateBundle() {
    for (const [fileName, source] of Object.entries(emojiFiles()))
      this.emitFile({ type: 'asset', fileName, source });
  },
};

function emojiFiles(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const locale of ['en', 'de'])
    for (const file of ['data.json', 'messages.json'])
      files[`emoji/${locale}/${file}`] = emojibase(`${locale}/${file}`);
  const names = JSON.parse(emojibase('en/shortcodes/emojibase.json')) as Record<string, string | string[]>;
  const all = JSON.parse(emojibase('en/data.json')) as { hexcode: string; emoji: string; order?: number }[];
  files['emoji/names.json'] = JSON.stringify(
    all.flatMap(({ hexcode, emoji: symbol, order }) =>
      order && names[hexcode] ? [[symbol, names[hexcode]].flat()] : [],
    ),
  );
  return files;
}

export default defineConfig({
  plugins: [react(), tailwindcss(), budget, emoji],
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
