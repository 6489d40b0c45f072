import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The page is served under a strict content security policy: nothing inline, no data: fonts, no eval.
export default defineConfig({
  plugins: [react()],
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
  },
});
