// A desk without the service, for `npm run fake`: REST and WebSocket with one made-up house, in memory.
// Never part of a build. A built panel (`npm run build`, `npm run fake:built`) is shown under the policy it is served by.

import { WebSocketServer } from "ws";
import { FakeHouse } from "./house.mjs";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; media-src 'self' blob:; " +
  "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

export function fakeDesk() {
  const serve = (server) => {
    const house = new FakeHouse();
    server.middlewares.use((request, response, next) => answer(house, request, response, next));
    const sockets = new WebSocketServer({ noServer: true });
    server.httpServer.on("upgrade", (request, socket, head) => {
      if (!request.url.startsWith("/api/desk/live")) return;
      sockets.handleUpgrade(request, socket, head, (one) => house.joined(one));
    });
  };
  return {
    name: "fake-desk",
    configureServer: serve,
    configurePreviewServer(server) {
      server.middlewares.use((_request, response, next) => {
        response.setHeader("content-security-policy", POLICY);
        next();
      });
      serve(server);
    },
  };
}

function answer(house, request, response, next) {
  if (!request.url.startsWith("/api/")) return next();
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const body = Buffer.concat(parts).toString() || "{}";
    const url = new URL(request.url, "http://fake");
    const { status, told, headers } = house.answer(request.method, url, JSON.parse(body), request.headers);
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(told === undefined ? "" : JSON.stringify(told));
  });
}
