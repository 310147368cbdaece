import http.server
import json

import jobs


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        queue = jobs.connect()
        body = json.dumps({
            "dead": [json.loads(job)["error"] for job in queue.lrange("dead", 0, 2)],
            "done": queue.hlen("results"),
            "workers": queue.scard("workers"),
            "left": queue.llen("left"),
        }).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)


http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
