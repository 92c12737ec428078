"""Asks hashd with `requests`, in each way that it can send a picture: ask.py body|form|large ADDRESS PICTURE"""
import json
import sys

import requests
import requests_unixsocket


def tell(what, response):
    print(json.dumps({"what": what, "status": response.status_code, "answer": response.json()}))


def bodies(session, url, picture):
    with open(picture, "rb") as file:
        tell("a file", session.post(url, data=file))
    with open(picture, "rb") as file:
        data = file.read()
    tell("bytes", session.post(url, data=data))
    tell("chunks", session.post(url, data=(data[place:place + 1000] for place in range(0, len(data), 1000))))
    tell("parameters", session.post(url, data=data, params={"uploader": "a b", "kinds": "pdq,sha256"}))
    tell("a media type", session.post(url, data=data, headers={"Content-Type": "image/jpeg"}))
    tell("a file anew", session.post(url, data=data, headers={"Connection": "close"}))


def forms(session, url, picture):
    with open(picture, "rb") as file:
        tell("a file", session.post(url, files={"file": file}))
    with open(picture, "rb") as file:
        tell("a name and a type", session.post(url, files={"image": ("bild ä.jpg", file, "image/jpeg")}))
    with open(picture, "rb") as file:
        tell("other fields", session.post(url, files={"file": file}, data={"title": "a picture", "tags": ["a", "b"]}))


def main():
    how, address, picture = sys.argv[1:]
    session = requests_unixsocket.Session() if address.startswith("http+unix:") else requests.Session()
    url = address + "/v1/match"
    if how == "large":
        response = session.post(url, data=bytes(20 << 20))
        print(response.status_code, response.json()["error"]["code"])
    else:
        (forms if how == "form" else bodies)(session, url, picture)


main()
