# Everything runs with Go, git and make alone; the tools are pinned in go.mod.
export CGO_ENABLED = 0

.PHONY: demo build test lint bench bench-peers

demo: build
	bin/transportcert evaluate fixtures/58-mismatch-in-session/input.json
	bin/transportcert explain fixtures/58-mismatch-in-session/input.json

build:
	go build -trimpath -o bin/ ./cmd/transportcert

test: lint
	go test ./...

lint:
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "not formatted with gofmt: $$unformatted"; exit 1; }
	go vet ./...
	GOOS=windows go vet ./...
	go tool staticcheck ./...
	go tool opa fmt --list --fail policies/transportcert
	go tool opa check --strict --schema policies/schemas policies/transportcert

# In the form that benchstat reads.
bench:
	go test -run '^$$' -bench . -count 6 ./evaluate

# Side by side with OPA and conftest; the table is for docs/performance.md.
bench-peers:
	go run ./internal/benchmark/peers
