/**
 * The product on several machines, all of them this one: three app processes on one PostgreSQL behind HAProxy with the
 * file of production, and two LiveKit nodes that share a Redis. Everything listens on loopback only.
 */
import { type ChildProcess, execFile } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { answers, clearLogs, end, freeTcpPort, freeUdpPort, needed, root, settings, start } from "./processes";
import { type SeededSession, sessionOf } from "./seed";

const run = promisify(execFile);

interface App {
  port: number;
  child?: ChildProcess;
}

interface Node {
  ports: [port: number, tcp: number, udp: number];
  child?: ChildProcess;
}

export class Cluster {
  private readonly folder = mkdtempSync(join(process.env.YM_SCRATCH ?? tmpdir(), "young-minds-cluster-"));
  private readonly dist = needed("YM_DIST");
  private environment: NodeJS.ProcessEnv = {};
  private redis?: ChildProcess;
  private haproxy?: ChildProcess;
  private redisPort = 0;
  private livekitPort = 0;
  readonly apps: App[] = [];
  readonly nodes: Node[] = [];
  appUrl = "";

  async start(): Promise<void> {
    clearLogs();
    const port = await freeTcpPort();
    this.livekitPort = await freeTcpPort();
    this.redisPort = await freeTcpPort();
    this.appUrl = `http://127.0.0.1:${port}`;
    this.environment = {
      ...settings(this.dist, this.folder),
      APP_URL: this.appUrl,
      DATABASE_URL: needed("YM_CLUSTER_POSTGRES_URL"),
      LIVEKIT_WS_URL: `ws://127.0.0.1:${this.livekitPort}`,
      TRUSTED_PROXIES: "127.0.0.1",
    };
    const redis = ["--port", String(this.redisPort), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", this.folder];
    this.redis = start("redis-server", redis, this.environment, "redis");
    for (let n = 0; n < 3; n++) this.apps.push({ port: await freeTcpPort() });
    for (let n = 0; n < 2; n++) this.nodes.push({ ports: [await freeTcpPort(), await freeTcpPort(), await freeUdpPort()] });
    await Promise.all(this.nodes.map((_, n) => this.startNode(n)));
    // All three migrate the empty database at the same time.
    await Promise.all(this.apps.map((_, n) => this.startApp(n)));
    await this.startProxy(port);
  }

  /** HAProxy with deploy/haproxy.cfg: other ports, no TLS, no socket for its administrator. */
  private async startProxy(port: number): Promise<void> {
    const changes: [string, string][] = [
      ["bind :443 ssl crt /etc/young-minds/certificates/ alpn h2,http/1.1", `bind 127.0.0.1:${await freeTcpPort()}`],
      ["stats socket /run/haproxy/admin.sock mode 660 level admin", `stats socket ${this.folder}/admin.sock level admin`],
      ["bind 127.0.0.1:3000", `bind 127.0.0.1:${port}`],
      ["bind 127.0.0.1:7870", `bind 127.0.0.1:${this.livekitPort}`],
      ...this.apps.map((app, n): [string, string] => [
        `server app${n + 1} 127.0.0.1:300${n + 1}`,
        `server app${n + 1} 127.0.0.1:${app.port}`,
      ]),
      ...this.nodes.map((node, n): [string, string] => [
        `server livekit${n + 1} 127.0.0.1:78${8 + n}0`,
        `server livekit${n + 1} 127.0.0.1:${node.ports[0]}`,
      ]),
    ];
    let text = readFileSync(join(root, "deploy", "haproxy.cfg"), "utf8");
    for (const [from, to] of changes) {
      if (text.split(from).length !== 2) throw new Error(`deploy/haproxy.cfg does not have this once: ${from}`);
      text = text.replace(from, to);
    }
    const file = join(this.folder, "haproxy.cfg");
    writeFileSync(file, text);
    this.haproxy = start("haproxy", ["-db", "-f", file], this.environment, "haproxy");
    await answers(`${this.appUrl}/readyz`, this.haproxy, "haproxy");
    await answers(`http://127.0.0.1:${this.livekitPort}/`, this.haproxy, "haproxy");
  }

  async startApp(n: number): Promise<void> {
    const app = this.apps[n];
    if (!app) throw new Error(`there is no app ${n}`);
    const environment = { ...this.environment, LISTEN: `127.0.0.1:${app.port}` };
    app.child = start(join(this.dist, "young-minds"), ["serve"], environment, `app${n + 1}`);
    await answers(`http://127.0.0.1:${app.port}/readyz`, app.child, `app${n + 1}`);
  }

  /** `SIGKILL` as a crash, `SIGTERM` as an update. */
  async endApp(n: number, signal: NodeJS.Signals): Promise<void> {
    await end(this.apps[n]?.child, signal);
  }

  async startNode(n: number): Promise<void> {
    const node = this.nodes[n];
    if (!node) throw new Error(`there is no node ${n}`);
    const args = [...node.ports.map(String), `${this.appUrl}/api/livekit/webhook`, "--redis-host", `127.0.0.1:${this.redisPort}`];
    node.child = start(join(root, "xtask", "livekit.sh"), args, this.environment, `livekit${n + 1}`);
    await answers(`http://127.0.0.1:${node.ports[0]}/`, node.child, `livekit${n + 1}`);
  }

  async killNode(n: number): Promise<void> {
    await end(this.nodes[n]?.child, "SIGKILL");
  }

  async seedSession(startsIn: string, title = "A session of the cluster"): Promise<SeededSession> {
    const args = ["seed", "session", "--starts-in", startsIn, "--title", title];
    const { stdout } = await run(join(this.dist, "young-minds"), args, { env: this.environment });
    return sessionOf(stdout);
  }

  /** A webhook as LiveKit sends it: the body's hash in a ticket that our secret signed. */
  async webhook(message: object): Promise<number> {
    const body = JSON.stringify(message);
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.environment.LIVEKIT_API_KEY,
      nbf: now - 5,
      exp: now + 300,
      sha256: createHash("sha256").update(body).digest("base64"),
    };
    const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
    const signature = createHmac("sha256", this.environment.LIVEKIT_API_SECRET ?? "")
      .update(text)
      .digest("base64url");
    const headers = { authorization: `${text}.${signature}`, "content-type": "application/webhook+json" };
    return (await fetch(`${this.appUrl}/api/livekit/webhook`, { method: "POST", headers, body })).status;
  }

  /** Rooms by LiveKit node, as Redis has them. */
  async roomsByNode(): Promise<number[]> {
    const { stdout } = await run("redis-cli", ["-p", String(this.redisPort), "hvals", "room_node_map"]);
    const counts = new Map<string, number>();
    for (const node of stdout.split("\n").filter(Boolean)) counts.set(node, (counts.get(node) ?? 0) + 1);
    return [...counts.values()];
  }

  /** Requests that each server of a backend has answered. */
  async answered(backend: string): Promise<Record<string, number>> {
    const text = await new Promise<string>((resolve, reject) => {
      let answer = "";
      const socket = connect(join(this.folder, "admin.sock"), () => socket.end("show stat\n"));
      socket.on("data", (data) => (answer += data.toString()));
      socket.once("end", () => resolve(answer));
      socket.once("error", reject);
    });
    const [head = [], ...lines] = text.split("\n").map((line) => line.split(","));
    const of = (line: string[], name: string): string => line[head.indexOf(name)] ?? "";
    const servers = lines.filter((line) => line[0] === backend && line[1] !== "BACKEND");
    return Object.fromEntries(servers.map((line) => [line[1] ?? "", Number(of(line, "hrsp_2xx"))]));
  }

  async stop(): Promise<void> {
    await end(this.haproxy, "SIGKILL");
    await Promise.all(this.apps.map((app) => end(app.child, "SIGTERM")));
    await Promise.all(this.nodes.map((node) => end(node.child, "SIGKILL")));
    await end(this.redis, "SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
