// SPDX-License-Identifier: Apache-2.0
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [vue()],
  build: {
    target: 'es2020',
    assetsInlineLimit: 0, // the page's policy allows nothing but its own files
    chunkSizeWarningLimit: 700,
    rollupOptions: { output: { manualChunks: { chart: ['./src/chart.js'] } } },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
});
