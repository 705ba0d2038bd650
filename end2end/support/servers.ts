/**
 * The servers under test, started and ended by `xtask stack` (xtask/src/servers): one process, which ends them when its
 * standard input does.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const logs = join(dirname(fileURLToPath(import.meta.url)), "..", "test-results", process.env.YM_LOGS ?? "servers");

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the browser tests with ./test browser`);
  return value;
}

/** Where a program's log is. */
export function logOf(name: string): string {
  return join(logs, `${name}.log`);
}

/** What `xtask stack` says of its servers; all addresses are hosts with ports. */
export interface Report {
  appUrl: string;
  /** For [`ask`]. */
  control: string;
  apps: string[];
  nodes: string[];
  livekitKey: string;
  livekitSecret: string;
  /** The OpenID provider that the apps are told of; a test starts it. */
  provider: { issuer: string; clientId: string; clientSecret: string };
  /** Of the one app; a cluster has several. */
  appPid?: number;
  /** Only a cluster has these two. */
  redisPort?: number;
  proxySocket?: string;
}

export class Servers {
  private constructor(
    private readonly child: ChildProcess,
    readonly report: Report,
  ) {}

  static async start(...flags: string[]): Promise<Servers> {
    const args = ["stack", "--dist", needed("YM_DIST"), "--logs", logs, ...flags];
    const child = spawn(needed("YM_XTASK"), args, { stdio: ["pipe", "pipe", "pipe"] });
    const report = await new Promise<string>((resolve, reject) => {
      let printed = "";
      let complaint = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
        if (printed.endsWith("\n")) resolve(printed);
      });
      child.once("error", reject);
      child.once("close", () => reject(new Error(`the servers did not start:\n${complaint}`)));
    });
    return new Servers(child, JSON.parse(report) as Report);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.stdin?.end();
    await ended;
  }
}

/** Asks for something that xtask/src/servers lists, like `kill livekit`. */
export function ask(control: string | undefined, ...words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(`tcp://${control}`);
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.write(`${JSON.stringify(words)}\n`));
    socket.setEncoding("utf8").on("data", (text: string) => (answer += text));
    socket.once("error", reject);
    socket.once("end", () => {
      const { ok, error } = JSON.parse(answer) as { ok?: string; error?: string };
      if (ok === undefined) reject(new Error(error));
      else resolve(ok);
    });
  });
}
