#!/bin/sh
# Asks hashd about a picture with curl and reads hardly more than the status: on_match=403 and on_review=451
# turn a match into a status of its own, so nothing has to parse JSON. 200 means no match, or one that an
# allowlist excuses; anything without a verdict, or no answer at all, is "not scanned".
#
#   ./match.sh SOCKET PICTURE      exit 0: no match, 1: match, 2: not scanned

[ $# -eq 2 ] && [ -r "$2" ] || { echo 'usage: match.sh SOCKET PICTURE' >&2; exit 2; }

answer=$(curl --silent --show-error --max-time 90 --unix-socket "$1" --data-binary "@$2" \
  --write-out ' %{http_code}' 'http://hashd/v1/match?on_match=403&on_review=451') \
  || { echo 'not scanned: no answer'; exit 2; }

case $answer in
  *'"verdict":'*' 200') echo 'no match' ;;
  *'"verdict":'*' 403') echo 'match: block'; exit 1 ;;
  *'"verdict":'*' 451') echo 'match: review'; exit 1 ;;
  *) echo "not scanned: $answer"; exit 2 ;;
esac
