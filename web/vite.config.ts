import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The page is served under a strict content security policy: nothing inline, no data: fonts, no eval.
export default defineConfig({
  plugins: [
    react(),
    {
      // Every browser that runs this page reads WOFF2: the other formats of the formulas' fonts need no packing.
      name: "woff2-only",
      enforce: "pre",
      transform: (code, id) =>
        id.includes("katex") && id.includes(".css")
          ? code.replace(/,url\([^)]+\.(?:woff|ttf)\) format\("\w+"\)/g, "")
          : null,
    },
  ],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5173,
    proxy: { "/api": process.env.STOA_API ?? "http://127.0.0.1:8421" },
  },
  test: {
    environment: "node",
    include: ["test/**/*.test.{ts,tsx}"],
    // Only what hangs is ended: a machine may be busy.
    testTimeout: 60_000,
  },
});
