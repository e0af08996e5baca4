import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

declare const process: { env: Record<string, string | undefined> };

/** Where `npm run dev` finds the board's API. */
const board = process.env.KANBAN_URL ?? 'http://127.0.0.1:5080';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../Kanban.Bus.Board/wwwroot',
    emptyOutDir: true,
    // The board's content security policy allows nothing inline, fonts and images included.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': board, '/login': board } },
});
