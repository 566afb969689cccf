# Thin: each recipe calls a script or one command.

# Build and run the service, after installing missing tools
serve *arguments:
    scripts/serve {{ arguments }}

# One file to give away, with its checksum, in dist/
release:
    scripts/release

# All checks; `just test --all` runs the slow ones too
test *arguments:
    scripts/test {{ arguments }}

# Formatting, lints, structure
lint:
    scripts/test --only format --only structure --only lints

# Write the API document again
openapi:
    cargo run --locked --quiet -- openapi > openapi/openapi.json.new
    mv openapi/openapi.json.new openapi/openapi.json

# Bring the database of DATABASE_URL up to date
migrate:
    cargo run --locked --quiet -- migrate

# What CI runs
ci:
    .ci/run

# Measure the service; what and how is told in the script
bench *arguments:
    scripts/bench {{ arguments }}
