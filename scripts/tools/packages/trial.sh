#!/bin/bash
# What happens on the machine that `machine` boots. Each step must succeed; the last line of the log is `passed`.
exec >/trial/log 2>&1
set -euo pipefail
trap 'journalctl --unit=jan-conversations --no-pager | tail -n 30' ERR

URL=http://127.0.0.1:8000 SETTINGS=/etc/jan-conversations

step() { printf '\n==> %s\n' "$*"; }

ready() {
  local attempt
  for ((attempt = 0; attempt < 120; attempt++)); do
    if curl -fsS "$URL/readyz" 2>/dev/null; then return; fi
    sleep 0.5
  done
  return 1
}

pick() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

call() {
  curl -fsS -X "$1" "$URL$2" -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" "${@:3}"
}

sign_in() { TOKEN="$(curl -fsS -X POST $URL/auth/guest-login | pick access_token)"; }

as_service() {
  setpriv --reuid=jan-conversations --regid=jan-conversations --clear-groups env "DATA_DIR=/var/lib/jan-conversations" "$@"
}

step "an installation starts the service, without a privilege"
dpkg --install /trial/jan-conversations_0.1.0*.deb
ready
grep -q '^CapBnd:.0*$' "/proc/$(systemctl show --property=MainPID --value jan-conversations)/status"
sign_in
CONVERSATION="$(call POST /v1/conversations -d '{"title": "Kept"}' | pick id)"
as_service jan-conversations token | grep -q '^ey'

step "an upgrade restarts it once, and keeps what is stored"
dpkg --install /trial/jan-conversations_0.2.0*.deb
ready
call GET "/v1/conversations/$CONVERSATION" | grep -q Kept
[[ "$(systemctl show --property=NRestarts --value jan-conversations)" == 0 ]]

step "a killed service comes back"
systemctl kill --signal=KILL --kill-who=main jan-conversations
for ((attempt = 0; attempt < 60; attempt++)); do
  [[ "$(systemctl show --property=NRestarts --value jan-conversations)" == 0 ]] || break
  sleep 0.5
done
ready
call GET "/v1/conversations/$CONVERSATION" | grep -q Kept

step "secrets in files lead it to a database elsewhere"
su postgres -c "psql --quiet --command=\"create role jan login password 'p w'\" --command='create database jan owner jan'"
head -c 32 /dev/urandom | base64 >$SETTINGS/secrets/jwt_secret
echo 'postgres://jan:p%20w@127.0.0.1:5432/jan' >$SETTINGS/secrets/database_url
printf 'GUEST_LOGIN=true\nREGISTRATION=true\nLLM_MODEL="two words"\n' >>$SETTINGS/environment
systemctl restart jan-conversations
ready
sign_in
call POST /v1/conversations -d '{"title": "Elsewhere"}'
[[ "$(su postgres -c "psql --tuples-only --no-align jan --command='select title from conversations'")" == Elsewhere ]]
curl -fsS $URL/auth/register -H 'Content-Type: application/json' \
  -d '{"email": "ada@example.org", "password": "a long sentence is easy to keep"}' >/dev/null
systemd-run --pipe --quiet --uid=jan-conversations \
  --property=EnvironmentFile=$SETTINGS/environment --property=LoadCredential=secrets:$SETTINGS/secrets \
  /usr/lib/jan-conversations/with-secrets /usr/bin/jan-conversations reset-password ada@example.org | grep -q .

step "a service that was disabled stays so; its stop is in order"
systemctl disable --quiet jan-conversations
dpkg --install /trial/jan-conversations_0.2.0*.deb
[[ "$(systemctl is-enabled jan-conversations)" == disabled ]]
systemctl stop jan-conversations
[[ "$(systemctl show --property=Result --value jan-conversations)" == success ]]

step "a removal keeps data and settings; a purge takes them, but no database elsewhere"
systemctl start jan-conversations
dpkg --remove jan-conversations
[[ "$(systemctl is-active jan-conversations)" == inactive ]]
[[ -d /var/lib/jan-conversations/postgres && -s $SETTINGS/secrets/jwt_secret ]]
dpkg --purge jan-conversations
[[ ! -e /var/lib/jan-conversations && ! -e $SETTINGS ]]
[[ "$(su postgres -c "psql --tuples-only --no-align jan --command='select count(*) from conversations'")" == 1 ]]
[[ -z "$(systemctl --failed --quiet --no-legend)" ]]
echo passed
