// The one connection to the server: messages there, replies here.

export class Link {
  /** `handlers` are functions by the type of a reply. */
  constructor(handlers, onclose) {
    this.handlers = handlers;
    this.socket = new WebSocket(`ws://${location.host}/socket`);
    this.socket.addEventListener("message", (event) => this.receive(JSON.parse(event.data)));
    this.socket.addEventListener("close", onclose);
    this.opened = new Promise((resolve) => this.socket.addEventListener("open", resolve));
  }

  receive(reply) {
    this.handlers[reply.type]?.(reply);
  }

  send(what, message = {}) {
    this.socket.send(JSON.stringify({ do: what, ...message }));
  }
}
