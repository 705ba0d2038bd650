/**
 * The servers under test: the app on a fresh SQLite file and a real LiveKit, both on free ports. Owned by Playwright's
 * main process; the workers reach it over a small control address, so that a test can take LiveKit down and up again.
 */
import { type ChildProcess, execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answers, clearLogs, end, freeTcpPort, freeUdpPort, logOf, needed, root, settings, start } from "./processes";

export class Stack {
  private readonly folder = mkdtempSync(join(process.env.YM_SCRATCH ?? tmpdir(), "young-minds-browser-"));
  private environment: NodeJS.ProcessEnv = {};
  private app?: ChildProcess;
  private livekit?: ChildProcess;
  private control?: Server;
  private livekitPorts: [port: number, tcp: number, udp: number] = [0, 0, 0];
  appUrl = "";
  controlUrl = "";

  async start(): Promise<void> {
    clearLogs();
    const dist = needed("YM_DIST");
    const port = await freeTcpPort();
    this.livekitPorts = [await freeTcpPort(), await freeTcpPort(), await freeUdpPort()];
    this.appUrl = `http://127.0.0.1:${port}`;
    this.environment = {
      ...settings(dist, this.folder),
      APP_URL: this.appUrl,
      LISTEN: `127.0.0.1:${port}`,
      DATABASE_URL: `sqlite://${join(this.folder, "browser.sqlite")}`,
      LIVEKIT_WS_URL: `ws://127.0.0.1:${this.livekitPorts[0]}`,
    };
    await this.startLiveKit();
    this.app = start(join(dist, "young-minds"), ["serve"], this.environment, "app");
    await answers(`${this.appUrl}/healthz`, this.app, "app");
    await this.startControl(join(dist, "young-minds"));
  }

  async stop(): Promise<void> {
    this.control?.close();
    this.control?.closeAllConnections();
    await end(this.app, "SIGTERM");
    await end(this.livekit, "SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What the app's log may never hold, whatever the tests did. */
  complaints(): string[] {
    const log = readFileSync(logOf("app"), "utf8").split("\n");
    return log.filter((line) => line.includes(" panicked at ") || / ERROR /.test(line));
  }

  private async startLiveKit(): Promise<void> {
    // With YM_WEBHOOKS=off they are lost: to a port that nobody listens on.
    const hooks = process.env.YM_WEBHOOKS === "off" ? `http://127.0.0.1:${await freeTcpPort()}` : this.appUrl;
    const args = [...this.livekitPorts.map(String), `${hooks}/api/livekit/webhook`];
    this.livekit = start(join(root, "xtask", "livekit.sh"), args, this.environment, "livekit");
    await answers(`http://127.0.0.1:${this.livekitPorts[0]}/`, this.livekit, "livekit");
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
          await end(this.livekit, "SIGKILL");
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
