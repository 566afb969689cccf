# shellcheck shell=bash
# OpenAPI Generator, of an exact version, from Maven's repository. Sourced by the builds that use it.

GENERATOR_VERSION=7.24.0
GENERATOR="$CACHE/sdk/openapi-generator-cli-$GENERATOR_VERSION.jar"

has_generator() { command -v javac >/dev/null && command -v mvn >/dev/null; }

# generate LANGUAGE DIRECTORY [OPTION...]
generate() {
  local language="$1" directory="$2" log
  shift 2
  if [[ ! -f "$GENERATOR" ]]; then
    mvn --quiet --batch-mode dependency:copy -DoutputDirectory="$CACHE/sdk" \
      -Dartifact="org.openapitools:openapi-generator-cli:$GENERATOR_VERSION"
  fi
  log="$CACHE/sdk/$language-generator.log"
  java -jar "$GENERATOR" generate --generator-name "$language" --input-spec "$ROOT/openapi/openapi.json" \
    --output "$directory" --global-property apiTests=false,modelTests=false,apiDocs=false,modelDocs=false \
    "$@" >"$log" 2>&1 || { tail -n 40 "$log" && return 1; }
}
