import { defineConfig } from 'vite';

// The live lab's page: a folder, because its engine is a worker that loads WebAssembly.
export default defineConfig({
  root: 'live',
  base: './',
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    outDir: '../../../Unroll.Play/wwwroot',
    emptyOutDir: true,
    modulePreload: false,
    cssCodeSplit: false,
    reportCompressedSize: false,
  },
});
