/**
 * The servers under test: the app on a fresh SQLite file and a real LiveKit, both on free ports. Owned by Playwright's
 * main process; the workers reach it over a small control address, so that a test can take LiveKit down and up again.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

function freeTcpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createTcpServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function freeUdpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    socket.once("error", reject);
    socket.bind(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the browser tests with ./test browser`);
  return value;
}

export class Stack {
  private readonly folder = mkdtempSync(join(process.env.YM_SCRATCH ?? tmpdir(), "young-minds-browser-"));
  private readonly logs = join(root, "end2end", "test-results", "servers");
  private environment: NodeJS.ProcessEnv = {};
  private app?: ChildProcess;
  private livekit?: ChildProcess;
  private control?: Server;
  private livekitPorts: [port: number, tcp: number, udp: number] = [0, 0, 0];
  appUrl = "";
  controlUrl = "";

  async start(): Promise<void> {
    mkdirSync(this.logs, { recursive: true });
    const dist = needed("YM_DIST");
    const port = await freeTcpPort();
    this.livekitPorts = [await freeTcpPort(), await freeTcpPort(), await freeUdpPort()];
    this.appUrl = `http://127.0.0.1:${port}`;
    this.environment = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TZ: "UTC",
      LIVEKIT_SERVER_BIN: needed("LIVEKIT_SERVER_BIN"),
      APP_URL: this.appUrl,
      LISTEN: `127.0.0.1:${port}`,
      DATABASE_URL: `sqlite://${join(this.folder, "browser.sqlite")}`,
      MAIL_URL: `file:${join(this.folder, "mail")}`,
      LEPTOS_SITE_ROOT: join(dist, "site"),
      LIVEKIT_API_KEY: `test${randomBytes(6).toString("hex")}`,
      LIVEKIT_API_SECRET: randomBytes(32).toString("hex"),
      LIVEKIT_WS_URL: `ws://127.0.0.1:${this.livekitPorts[0]}`,
      // All tests come from one address.
      SIGN_IN_FAILURES_PER_ADDRESS: "100000",
      RUST_BACKTRACE: "1",
      NO_COLOR: "1",
    };
    await this.startLiveKit();
    this.app = this.spawn(join(dist, "young-minds"), ["serve"], "app");
    await this.answers(`${this.appUrl}/healthz`, this.app, "app");
    await this.startControl(join(dist, "young-minds"));
  }

  async stop(): Promise<void> {
    this.control?.close();
    this.control?.closeAllConnections();
    await Stack.end(this.app, "SIGTERM");
    await Stack.end(this.livekit, "SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What the app's log may never hold, whatever the tests did. */
  complaints(): string[] {
    const log = readFileSync(join(this.logs, "app.log"), "utf8").split("\n");
    return log.filter((line) => line.includes(" panicked at ") || / ERROR /.test(line));
  }

  private async startLiveKit(): Promise<void> {
    const args = [...this.livekitPorts.map(String), `${this.appUrl}/api/livekit/webhook`];
    this.livekit = this.spawn(join(root, "xtask", "livekit.sh"), args, "livekit");
    await this.answers(`http://127.0.0.1:${this.livekitPorts[0]}/`, this.livekit, "livekit");
  }

  private spawn(program: string, args: string[], name: string): ChildProcess {
    const log = openSync(join(this.logs, `${name}.log`), "a");
    return spawn(program, args, { env: this.environment, stdio: ["ignore", log, log] });
  }

  private async answers(url: string, child: ChildProcess, name: string): Promise<void> {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const ok = await fetch(url).then((r) => r.ok, () => false);
      if (ok) return;
      if (child.exitCode !== null || Date.now() > deadline) {
        const log = readFileSync(join(this.logs, `${name}.log`), "utf8");
        throw new Error(`${name} did not start:\n${log.slice(-4000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private static end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
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

  /** Processor time and memory that the app has used; the numbers are Linux's. */
  private usage(): { cpuSeconds: number; residentMb: number } {
    const process = `/proc/${this.app?.pid}`;
    // Behind the program's name, which may hold spaces: utime and stime are fields 14 and 15, in hundredths of a second.
    const fields = readFileSync(`${process}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`${process}/status`, "utf8"))?.[1];
    return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100, residentMb: Number(resident) / 1000 };
  }

  /** What tests may ask for: `seed` with arguments, `livekit/kill`, `livekit/start`, `usage`. */
  private async startControl(program: string): Promise<void> {
    const answer = async (path: string, body: string): Promise<string> => {
      switch (path) {
        case "/seed":
          return await new Promise((resolve, reject) => {
            const args = ["seed", ...(JSON.parse(body) as string[])];
            execFile(program, args, { env: this.environment }, (error, out, log) =>
              error ? reject(new Error(`${args.join(" ")}: ${log}`)) : resolve(out),
            );
          });
        case "/livekit/kill":
          await Stack.end(this.livekit, "SIGKILL");
          return "{}";
        case "/livekit/start":
          await this.startLiveKit();
          return "{}";
        case "/usage":
          return JSON.stringify(this.usage());
        default:
          throw new Error(`no such command: ${path}`);
      }
    };
    this.control = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8");
      request.on("data", (chunk: string) => (body += chunk));
      request.on("end", () => {
        answer(request.url ?? "", body).then(
          (text) => response.end(text),
          (error: unknown) => response.writeHead(500).end(String(error)),
        );
      });
    });
    await new Promise<void>((resolve) => this.control?.listen(0, "127.0.0.1", resolve));
    this.controlUrl = `http://127.0.0.1:${(this.control.address() as AddressInfo).port}`;
  }
}
