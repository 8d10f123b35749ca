import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
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

/** The page opens without a network, and can be installed. Answers of the server are never cached. */
const pwa = VitePWA({
  registerType: 'autoUpdate',
  injectRegister: null,
  manifest: {
    name: 'Hubbub',
    short_name: 'Hubbub',
    description: 'Team chat',
    start_url: '/',
    display: 'standalone',
    background_color: '#191b1a',
    theme_color: '#0b6e5f',
    icons: [
      { src: '/favicon.svg', sizes: 'any', type: 'image/svg+xml' },
      { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
      { src: '/icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any maskable' },
    ],
  },
  workbox: {
    importScripts: ['notification-click.js'],
    globPatterns: ['index.html', 'theme.js', '*.svg', 'assets/*.{js,css}'],
    navigateFallback: '/index.html',
    navigateFallbackDenylist: [/^\/(api|socket\.io|healthz|readyz|metrics)/],
  },
});

export default defineConfig({
  plugins: [react(), tailwindcss(), budget, emoji, pwa],
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
