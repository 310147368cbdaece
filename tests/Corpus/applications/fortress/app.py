import http.server
import os
import resource
import socket


def count():
    host, port = os.environ["MEMCACHED"].split(":")
    with socket.create_connection((host, int(port)), 5) as memory:
        memory.sendall(b"add count 0 0 1\r\n0\r\nincr count 1\r\n")
        return memory.recv(100).split()[-1].decode()


def can_write(path):
    try:
        open(path, "w").close()
        return "yes"
    except OSError as error:
        return error.strerror


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, text):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        kept = open("/state/kept").read() if os.path.exists("/state/kept") else "nothing"
        files = resource.getrlimit(resource.RLIMIT_NOFILE)
        count()
        self.answer(f"kept {kept}; root: {can_write('/x')}; scratch: {can_write('/scratch/x')}; files {files[0]} {files[1]}; uid {os.getuid()}\n")

    def do_POST(self):
        with open("/state/kept", "w") as kept:
            kept.write(self.path[1:])
        self.answer("kept\n")


http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
