/** Programs that tests start and end, on ports that are free. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const logs = join(root, "end2end", "test-results", process.env.YM_LOGS ?? "servers");

export function freeTcpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createTcpServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export function freeUdpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    socket.once("error", reject);
    socket.bind(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

export function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the browser tests with ./test browser`);
  return value;
}

/** Forgets the logs of the last run. */
export function clearLogs(): void {
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
}

/** Where a program's log is. */
export function logOf(name: string): string {
  return join(logs, `${name}.log`);
}

/** Settings of every server under test; nothing of a developer's own gets through. */
export function settings(dist: string, folder: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    TZ: "UTC",
    LIVEKIT_SERVER_BIN: needed("LIVEKIT_SERVER_BIN"),
    MAIL_URL: `file:${join(folder, "mail")}`,
    LEPTOS_SITE_ROOT: join(dist, "site"),
    LIVEKIT_API_KEY: `test${randomBytes(6).toString("hex")}`,
    LIVEKIT_API_SECRET: randomBytes(32).toString("hex"),
    // All tests come from one address.
    SIGN_IN_FAILURES_PER_ADDRESS: "100000",
    RUST_BACKTRACE: "1",
    NO_COLOR: "1",
  };
}

export function start(program: string, args: string[], environment: NodeJS.ProcessEnv, name: string): ChildProcess {
  const log = openSync(logOf(name), "a");
  return spawn(program, args, { env: environment, stdio: ["ignore", log, log] });
}

/** Waits for a good answer; fails at once when the program has ended. */
export async function answers(url: string, child: ChildProcess, name: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const ok = await fetch(url).then(
      (r) => r.ok,
      () => false,
    );
    if (ok) return;
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`${name} did not start:\n${readFileSync(logOf(name), "utf8").slice(-4000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const insist = setTimeout(() => child.kill("SIGKILL"), 15_000);
    child.once("exit", () => {
      clearTimeout(insist);
      resolve();
    });
    child.kill(signal);
  });
}
