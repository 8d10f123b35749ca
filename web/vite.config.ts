import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const hubbub = process.env['HUBBUB_URL'] ?? 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: { target: 'es2022', assetsInlineLimit: 0 },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': hubbub,
      '/socket.io': { target: hubbub, ws: true },
    },
  },
  test: { include: ['src/**/*.test.{ts,tsx}'] },
});
