import http.server

import psycopg2


class Handler(http.server.BaseHTTPRequestHandler):
    def run(self, sql, *values):
        with psycopg2.connect("") as database, database.cursor() as cursor:
            cursor.execute(sql, values)
            row = cursor.fetchone()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{row[0]}\n".encode())

    def do_GET(self):
        self.run("select coalesce(sum(cents), 0) from entries where at <= now()")

    def do_POST(self):
        self.run("insert into entries (cents) values (%s) returning id", self.path[1:])


http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
