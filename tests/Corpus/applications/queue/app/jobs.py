import os
import pathlib

import redis


def connect():
    word = pathlib.Path("/run/secrets/redis_password").read_text().strip()
    return redis.Redis(os.environ["REDIS_HOST"], password=word, decode_responses=True)
