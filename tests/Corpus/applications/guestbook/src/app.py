import http.server
import os
import sys

import redis

store = redis.Redis("redis", decode_responses=True)


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, text):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        self.answer(f"{os.environ['MODE']} {len(sys.argv)} {os.environ.get('DEBUG', '-')} {os.environ['SECRET_KEY']}: {' '.join(store.lrange('guests', 0, -1))}\n")

    def do_POST(self):
        store.rpush("guests", self.path[1:])
        self.answer("welcome\n")


http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
