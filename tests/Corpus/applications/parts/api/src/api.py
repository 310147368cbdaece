import http.server
import os
import socket

import redis

store = redis.Redis("store", decode_responses=True)


def cached():
    with socket.create_connection(("cache", 11211), 5) as cache:
        cache.sendall(b"incr asked 1\r\n")
        answer = cache.recv(100).decode().strip()
        if answer == "NOT_FOUND":
            cache.sendall(b"set asked 0 0 1\r\n1\r\n")
            cache.recv(100)
            answer = "1"
    return answer


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, text):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        cached()
        self.answer(f"{os.environ['API_NAME']}, tuned {os.environ['TUNED']}: {', '.join(store.lrange('notes', 0, -1))}\n")

    def do_POST(self):
        store.rpush("notes", self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.answer("kept\n")


http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
