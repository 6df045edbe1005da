# Everything requires only Go, git and make, with tools pinned in go.mod, unless a target says otherwise.
export CGO_ENABLED = 0

.PHONY: demo build web docs test property audit integration lint race fuzz cross bench bench-peers check-files release-snapshot release-test

demo: build
	bin/transportcert evaluate fixtures/198-a-problem-in-each-scenario/input.json || test $$? -eq 1 # mail is at risk
	bin/transportcert explain fixtures/198-a-problem-in-each-scenario/input.json || test $$? -eq 1

build:
	go build -trimpath -o bin/ ./cmd/transportcert

# The page that checks exports in a browser, in web/dist, for any static server: docs/browser.md. It requires openssl and gzip. Without inlining, the
# program is a sixth smaller and equally fast. Its compressed size must not exceed MAX_PROGRAM bytes.
MAX_PROGRAM = 9000000

web:
	rm -rf web/dist && mkdir -p web/dist
	GOOS=js GOARCH=wasm go build -trimpath -gcflags=all=-l -ldflags='-s -w' -o web/dist/program.wasm ./web/wasm
	gzip -9n <web/dist/program.wasm >web/dist/program.bin && rm web/dist/program.wasm
	hash() { openssl dgst -sha256 -binary "internal/output/html/$$1" | openssl base64; }; \
		sed "s#REPORT_STYLE#$$(hash report.css)#; s#REPORT_SCRIPT#$$(hash report.js)#" web/index.html >web/dist/index.html
	cp web/*.css web/*.js "$$(go env GOROOT)/lib/wasm/wasm_exec.js" web/dist/
	cp fixtures/exports/roots/contoso-root.pem web/dist/example-root.pem
	git archive --format=zip -o web/dist/example.zip HEAD:fixtures/exports/script
	@size=$$(wc -c <web/dist/program.bin); echo "web/dist/program.bin: $$size bytes"; test $$size -le $(MAX_PROGRAM)

docs: build
	bin/transportcert rules -o markdown > docs/rules.md

# Runs all tests. Each property is checked against 500 generated documents, and every input that a fuzzer once found is tried.
test: lint
	go test ./...

# Checks each property against DOCUMENTS generated documents, and runs every fuzz target for FUZZTIME.
DOCUMENTS = 20000

property:
	go test -count=1 -timeout 2h $$(grep -rl --include='*_test.go' 'rapid\.Check(' . | xargs -n1 dirname | sort -u) -rapid.checks=$(DOCUMENTS)
	$(MAKE) fuzz

# Tests against real systems. It requires root, the packages of labs/install.sh, Node.js and npm.
integration:
	labs/samba/run.sh go test -count=1 -tags integration ./gather/directory
	labs/samba/run.sh labs/wine/run.sh go test -count=1 -tags integration -run Lab ./cmd/transportcert/internal/e2e
	labs/wine/test.sh ./gather/certstore/... ./gather/host
	go test -count=1 -tags integration ./labs/opa ./labs/prometheus ./labs/postfix
	go test -count=1 -tags integration -run ClosedLoop ./cmd/transportcert/internal/e2e
	labs/browser/test.sh

lint:
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "not formatted with gofmt: $$unformatted"; exit 1; }
	go vet ./...
	GOOS=windows go vet ./...
	go tool staticcheck ./...
	go tool opa fmt --list --fail policies/transportcert
	go tool opa check --strict --schema policies/schemas policies/transportcert
	@if command -v regal >/dev/null; then regal lint policies examples; else echo "regal is not on the PATH: the policies are not linted with it"; fi

# Checks PowerShell, and YAML against the schemas of the programs that read it, in files and in documentation. It requires
# Node.js and npm.
check-files:
	cd .ci/validate && npm ci --silent && npm run --silent check

# Looks for known vulnerabilities in the program and its dependencies. If the online database cannot be reached, the check is
# skipped with a message.
GOVULNCHECK = golang.org/x/vuln/cmd/govulncheck@v1.9.0

audit:
	@if ! curl -sfI --max-time 10 https://vuln.go.dev/index/db.json >/dev/null; then echo "audit: skipped, the vulnerability database cannot be reached"; exit 0; fi; \
	go run $(GOVULNCHECK) ./...

# Runs concurrent code with the race detector, which requires a C compiler.
race:
	CGO_ENABLED=1 go test -race -short -run 'Interrupt|Head|OneBad|Folder|Password|Hostile' ./cmd/transportcert/internal/e2e
	CGO_ENABLED=1 go test -race -run Concurrently ./evaluate
	CGO_ENABLED=1 go test -race ./gather/directory ./internal/bounded ./internal/documents ./internal/ordered ./internal/probe ./internal/progress

# Runs every fuzz target for FUZZTIME, a duration or a number of runs (1000x). Failing inputs go to testdata/fuzz, where
# "make test" always tries them.
FUZZTIME = 30s

fuzz:
	@grep -r --include='*_test.go' -o '^func Fuzz[A-Za-z]*' . | sort | while IFS=: read -r file target; do \
		echo "$$(dirname $$file) $${target#func }"; \
		go test -run '^$$' -fuzz "^$${target#func }\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s "$$(dirname $$file)" || exit 1; \
	done

# Builds for every platform from two copies of the project. The results must be identical.
PLATFORMS = linux/amd64 linux/arm64 darwin/arm64 windows/amd64 windows/arm64

cross:
	@set -e; copies=$$(mktemp -d); trap 'rm -rf "$$copies"' EXIT; mkdir -p "$$copies/one" "$$copies/another/one"; \
	git ls-files -co --exclude-standard | tar c -T - >"$$copies/tar"; \
	for copy in one another/one; do tar x -C "$$copies/$$copy" -f "$$copies/tar"; done; \
	for platform in $(PLATFORMS); do \
		export GOOS=$${platform%/*} GOARCH=$${platform#*/}; \
		for copy in one another/one; do (cd "$$copies/$$copy" && go build -trimpath -buildvcs=false -o built ./cmd/transportcert); done; \
		cmp "$$copies/one/built" "$$copies/another/one/built"; \
		echo "$$platform: identical builds from two folders"; \
	done

# Benchmarks in the format of benchstat.
bench:
	go test -run '^$$' -bench . -count 6 ./evaluate ./cmd/transportcert

# Compares with OPA and conftest; the table is for docs/performance.md.
bench-peers:
	go run ./internal/benchmark/peers

# Builds a release in dist without publishing it. goreleaser requires a remote to determine the commit, and a clone of a clone
# may have none.
release-snapshot:
	tools=$$(.ci/release/tools.sh) && PATH="$$tools:$$PATH" \
	GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=remote.origin.url GIT_CONFIG_VALUE_0=https://github.com/transportcert/transportcert.git \
	goreleaser release --snapshot --clean --parallelism 2

# Tests the output of release-snapshot in dist, and runs it; the program for Windows runs under wine.
release-test:
	labs/wine/run.sh go test -count=1 -tags release ./labs/release
