#!/usr/bin/env bash
# usage: livekit.sh PORT TCP-PORT UDP-PORT WEBHOOK-URL [FLAGS…]
# Becomes a LiveKit server on loopback, with the very file that production uses. The program is LIVEKIT_SERVER_BIN; keys
# come from LIVEKIT_API_KEY and LIVEKIT_API_SECRET; ports, addresses and the webhook's target are replaced.
set -euo pipefail
config=$(dirname "${BASH_SOURCE[0]}")/../deploy/livekit.yaml
LIVEKIT_CONFIG=$(sed "s|http://127\.0\.0\.1:3000/api/livekit/webhook|$4|" "$config")
LIVEKIT_KEYS="$LIVEKIT_API_KEY: $LIVEKIT_API_SECRET"
export LIVEKIT_CONFIG LIVEKIT_KEYS
exec "$LIVEKIT_SERVER_BIN" --bind 127.0.0.1 --node-ip 127.0.0.1 --rtc.use_external_ip=false --rtc.enable_loopback_candidate \
  --port "$1" --rtc.tcp_port "$2" --rtc.udp_port.start "$3" --rtc.udp_port.end 0 --prometheus.port 0 \
  --webhook.api_key "$LIVEKIT_API_KEY" "${@:5}"
