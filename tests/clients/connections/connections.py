"""Python's clients that keep their connections; `run` says what this reads and writes."""

import asyncio
import http.client
import os
import sys
from urllib.parse import urlsplit

RIGHT = "/v3/connections/jobs?offset=0&limit=10"
HEADERS = {"X-Auth-Token": "t", "Content-Type": "application/json"}


def by_http_client(url):
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)

    async def ask(method, path, body, headers):
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except Exception:
            connection.close()
            raise

    return ask


def by_requests(url):
    import requests

    session = requests.Session()
    session.trust_env = False

    async def ask(method, path, body, headers):
        return session.request(method, url + path, data=body, headers=headers, timeout=30).status_code

    return ask


def by_httpx(url):
    import httpx

    client = httpx.Client(trust_env=False, timeout=30)

    async def ask(method, path, body, headers):
        return client.request(method, url + path, content=body, headers=headers).status_code

    return ask


def by_aiohttp(url):
    import aiohttp

    session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))

    async def ask(method, path, body, headers):
        async with session.request(method, url + path, data=body, headers=headers) as answer:
            await answer.read()
            return answer.status

    return ask


CLIENTS = {
    "http.client": by_http_client,
    "requests": by_requests,
    "httpx": by_httpx,
    "aiohttp": by_aiohttp,
}


async def main(name, url, count):
    ask = CLIENTS[name](url)
    for line in sys.stdin:
        method, path, size, status, origin = line.split()
        headers = HEADERS if origin == "-" else {**HEADERS, "Origin": origin}
        body, lost, problem = b" " * int(size), 0, None
        for _ in range(int(count)):
            try:
                wrong = await ask(method, path, body, headers)
                right = await ask("GET", RIGHT, None, HEADERS)
                problem = None if (wrong, right) == (int(status), 200) else f"{wrong}, {right}"
            except Exception as error:
                problem = repr(error)
            lost += problem is not None
        if problem:
            print(name, line.strip(), problem, file=sys.stderr)
        print(lost, flush=True)
    # Clients that are still open would complain.
    os._exit(0)


asyncio.run(main(*sys.argv[1:]))
