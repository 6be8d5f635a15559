import { defineConfig } from "vite";

const SERVER = process.env.KEYREEL_URL ?? "http://127.0.0.1:8787";

// Served at `/` with its files under `/studio/`; the built files are committed, so their names may depend on
// nothing but their contents.
export default defineConfig({
  base: "/studio/",
  build: {
    outDir: "../src/keyreel/server/static/studio",
    emptyOutDir: true,
    target: "es2022",
    // As files, so that the policy needs no data: for scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "^/(v1|ent|files|api)/": SERVER } },
});
