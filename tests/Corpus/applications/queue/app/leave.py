import os
import socket

import jobs

queue = jobs.connect()
queue.srem("workers", socket.gethostname())
queue.rpush("left", os.environ["REASON"])
