import { defineConfig } from 'vite';

// One file that opens from disk: scripts and styles move into the page.
const oneFile = {
  name: 'one-file',
  enforce: 'post',
  generateBundle(_options, bundle) {
    const page = bundle['index.html'];
    let html = String(page.source);
    for (const [name, part] of Object.entries(bundle)) {
      if (part === page) continue;
      const isScript = part.type === 'chunk';
      const content = isScript
        ? `<script type="module">${part.code.trim().replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')}</script>`
        : `<style>${String(part.source).trim()}</style>`;
      const tag = isScript
        ? new RegExp(`<script[^>]*src="[^"]*${name}"[^>]*></script>`)
        : new RegExp(`<link[^>]*href="[^"]*${name}"[^>]*>`);
      if (!tag.test(html)) throw new Error(`${name} has no place in index.html`);
      html = html.replace(tag, () => content);
      delete bundle[name];
    }
    page.source = html;
  },
};

export default defineConfig({
  base: './',
  plugins: [oneFile],
  build: { target: 'es2022', modulePreload: false, cssCodeSplit: false, chunkSizeWarningLimit: 4000, reportCompressedSize: false },
  test: { include: ['tests/*.test.ts'], environment: 'happy-dom', testTimeout: 60_000 },
});
