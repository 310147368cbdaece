import os
import socket
import time

PATH = "/var/log/site/access.log"
while True:
    try:
        log = open(PATH)
        with socket.create_connection(("syslog", 5140), 5) as collector:
            while True:
                line = log.readline()
                if line:
                    collector.sendall(line.encode())
                elif os.stat(PATH).st_ino != os.fstat(log.fileno()).st_ino:
                    break
                else:
                    time.sleep(0.1)
    except OSError:
        time.sleep(0.2)
