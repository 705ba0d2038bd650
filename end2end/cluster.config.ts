import { defineConfig } from "@playwright/test";
import tests, { wholeBrowser } from "./playwright.config";

/** `cargo xtask cluster`: it starts servers of its own. */
export default defineConfig({
  ...tests,
  use: { ...tests.use, ...wholeBrowser },
  testDir: "tools",
  globalSetup: undefined,
  outputDir: "test-results/cluster",
  projects: [{ name: "cluster", testMatch: "cluster.ts" }],
});
