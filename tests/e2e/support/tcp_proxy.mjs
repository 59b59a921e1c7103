import { once } from "node:events";
import net from "node:net";
import { atStop } from "./cleanup.mjs";

/** A TCP proxy in front of a server that can cut its connections or let them fall silent without closing. */
export class TcpProxy {
  #listener;
  #pairs = new Set();
  #offline = false;
  #frozen = false;

  static async start(targetPort) {
    const proxy = new TcpProxy();
    proxy.#listener = net.createServer((client) => proxy.#accept(client, targetPort)).listen(0, "127.0.0.1");
    await once(proxy.#listener, "listening");
    proxy.port = proxy.#listener.address().port;
    proxy.host = `127.0.0.1:${proxy.port}`;
    proxy.http = `http://${proxy.host}`;
    proxy.ws = `ws://${proxy.host}`;
    atStop(() => proxy.stop());
    return proxy;
  }

  #accept(client, targetPort) {
    client.on("error", () => {});
    if (this.#offline) return client.destroy();
    const server = net.connect({ port: targetPort, host: "127.0.0.1", noDelay: true });
    server.on("error", () => {});
    client.setNoDelay(true);
    const pair = { client, server, silent: this.#frozen };
    this.#pairs.add(pair);
    client.on("data", (data) => pair.silent || server.write(data));
    server.on("data", (data) => pair.silent || client.write(data));
    client.on("close", () => pair.silent || server.destroy());
    server.on("close", () => {
      this.#pairs.delete(pair);
      client.destroy();
    });
  }

  /** Both sides see their connections end; new ones are refused until `online`. */
  goOffline() {
    this.#offline = true;
    this.cut();
  }

  online() {
    this.#offline = false;
  }

  /** Both sides see their connections end; new ones pass. */
  cut() {
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
  }

  /** The client loses its connections, the server's side stays open and hears nothing: ghosts. */
  abandon() {
    for (const pair of this.#pairs) {
      pair.silent = true;
      pair.client.destroy();
    }
  }

  /** Nothing is read from the server until `unstall`: its sending buffers fill up. */
  stall() {
    for (const { server } of this.#pairs) server.pause();
  }

  unstall() {
    for (const { server } of this.#pairs) server.resume();
  }

  /** Connections stay open on both sides and new ones are accepted, but nothing passes any more. */
  freeze() {
    this.#frozen = true;
    for (const pair of this.#pairs) pair.silent = true;
  }

  async stop() {
    this.goOffline();
    if (!this.#listener.listening) return;
    this.#listener.close();
    await once(this.#listener, "close");
  }
}
