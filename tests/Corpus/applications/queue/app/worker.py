import json
import os
import socket

import jobs

queue = jobs.connect()
queue.sadd("workers", socket.gethostname())
while True:
    taken = queue.blpop("jobs", timeout=1)
    if taken is None:
        continue
    job = json.loads(taken[1])
    try:
        queue.hset("results", job["id"], job["divide"][0] // job["divide"][1])
    except ZeroDivisionError as error:
        job["attempts"] = job.get("attempts", 0) + 1
        job["error"] = str(error)
        dead = job["attempts"] >= int(os.environ["ATTEMPTS"])
        queue.rpush("dead" if dead else "jobs", json.dumps(job))
