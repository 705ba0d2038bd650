import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

/** Programs that use the test servers without being tests: `cargo xtask bench` and `cargo xtask screenshots`. */
export default defineConfig({
  ...tests,
  testDir: "tools",
  timeout: 900_000,
  reporter: [["list"]],
  projects: [
    { name: "bench", testMatch: "bench.ts" },
    { name: "screenshots", testMatch: "screenshots.ts" },
  ],
});
