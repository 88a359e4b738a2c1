import react from "@vitejs/plugin-react";
import { type PluginOption, defineConfig } from "vite";

export default defineConfig(async ({ command, mode }) => {
  const plugins: PluginOption[] = [react()];
  // a desk to look at without the service: one scripted call, in memory
  if (command === "serve" && mode === "fake") plugins.push((await import("./fake/plugin.mjs")).fakeDesk());
  return {
    base: "/desk/",
    plugins,
    build: {
      target: "es2022",
      assetsInlineLimit: 0, // the content security policy lets no data: address be
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 400,
    },
    server: {
      port: 5173,
      proxy: mode === "fake" ? {} : { "/api": { target: "http://127.0.0.1:8080", ws: true, changeOrigin: true } },
    },
  };
});
