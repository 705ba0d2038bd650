import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

/** `cargo xtask cluster`: it starts servers of its own. */
export default defineConfig({
  ...tests,
  testDir: "tools",
  globalSetup: undefined,
  outputDir: "test-results/cluster",
  projects: [{ name: "cluster", testMatch: "cluster.ts" }],
});
