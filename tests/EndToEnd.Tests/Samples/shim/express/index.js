// The little of Express that the samples use, for machines without it.
import http from "node:http";

export default () => {
  const routes = new Map();
  return {
    get: (path, handler) => routes.set(path, handler),
    listen: (port, ready) => http.createServer((req, res) => {
      const url = new URL(req.url, "http://localhost");
      req.query = Object.fromEntries(url.searchParams);
      req.ip = req.socket.remoteAddress;
      res.send = text => res.end(text);
      const handler = routes.get(url.pathname);
      if (handler) handler(req, res);
      else res.writeHead(404).end();
    }).listen(port, ready),
  };
};
