import json
import time

import jobs

queue = jobs.connect()
while True:
    number = queue.incr("scheduled")
    queue.rpush("jobs", json.dumps({"id": number, "divide": [100, number % 5]}))
    time.sleep(0.1)
