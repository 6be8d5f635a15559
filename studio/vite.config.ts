import { defineConfig } from "vite";

// Served at `/` with its files under `/studio/`; the built files are committed, so their names may depend on
// nothing but their contents.
export default defineConfig({
  base: "/studio/",
  publicDir: "public",
  build: {
    outDir: "../src/keyreel/server/static/studio",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: { proxy: { "^/(v1|ent|tools|files|api|openapi.json)": "http://127.0.0.1:8787" } },
});
