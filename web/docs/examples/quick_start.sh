origin=$(printf '%s' "$NARTHEX_ISSUER" | sed -E 's|(https?://[^/]+).*|\1|')
metadata=$(curl -fsS "$origin/.well-known/oauth-authorization-server${NARTHEX_ISSUER#"$origin"}")
token_endpoint=$(printf '%s' "$metadata" | sed -E 's/.*"token_endpoint":"([^"]+)".*/\1/')

curl -sS --user "$NARTHEX_CLIENT_ID:$NARTHEX_CLIENT_SECRET" \
  --data grant_type=client_credentials "$token_endpoint"
