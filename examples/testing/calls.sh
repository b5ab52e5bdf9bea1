#!/bin/sh
# Beside a pipeline that runs (`segment-heap-destination serve`), or started by one: `… exec -- sh calls.sh`
set -eu
host="${SEGMENT_HOST:-http://127.0.0.1:3000}"

curl -sS -u any: "$host/v1/track" -d '{"userId": "user-1", "event": "Order Completed", "properties": {"total": 9.5}}'
curl -sS --fail-with-body "$host/_segment/idle?timeout=10"
curl -sS "$host/_segment/calls?outcome=rejected,refused"
curl -sS "$host/_emulator/events"
