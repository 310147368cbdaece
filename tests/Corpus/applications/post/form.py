import email.message
import http.server
import os
import smtplib


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        letter = email.message.EmailMessage()
        letter["From"] = os.environ["FROM"]
        letter["To"] = os.environ["FROM"].replace("form", "reader")
        letter["Subject"] = self.path[1:]
        letter.set_content("Dear reader\n")
        with smtplib.SMTP(os.environ["RELAY"], timeout=10) as relay:
            relay.send_message(letter)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"posted\n")


http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
