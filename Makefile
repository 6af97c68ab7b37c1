# What there is to do here, by name. "make help" lists it.

FUZZTIME ?= 3s
FOR ?= 5m
DB ?= sqlite
SEEDS ?= 1000
FIRST ?= 1

GO_FILES = find . -name node_modules -prune -o -name '*.go' -print
LINT = go tool -modfile=tools/go.mod golangci-lint

.PHONY: help
help: ## list this
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: test
test: setup ## format, vet, imports, tests with the race detector on SQLite and PostgreSQL, fuzz targets for 3 s each
	@unformatted=$$($(GO_FILES) | xargs gofmt -l); if [ -n "$$unformatted" ]; then echo "gofmt -w $$unformatted"; exit 1; fi
	go vet ./...
	go test -count=1 -run '^(TestRooms|TestThePicture)' .
	CGO_ENABLED=1 go test -count=1 -race -vet=off ./web ./internal/sim/... ./... # those first that take long and mostly wait
	CALLOUT_TEST_STREAMS=1 CGO_ENABLED=1 go test -count=1 -race -vet=off ./internal/server & streams=$$!; \
	bash scripts/fuzz.sh $(FUZZTIME) && wait $$streams # the one mostly waits, the other does not

.PHONY: setup
setup: ## install what the tests need beside Go (PostgreSQL, gcc, Node.js, Chromium), or say what that is
	@bash scripts/setup.sh </dev/null

.PHONY: lint
lint: ## golangci-lint, whose first compile takes minutes
	$(LINT) run ./...

.PHONY: fuzz
fuzz: ## every fuzz target for a minute
	bash scripts/fuzz.sh 1m

.PHONY: torture
torture: ## real servers under kill -9 and worse; FOR=5m DB=sqlite|postgres
	go run ./cmd/torture --for $(FOR) --db $(DB)

.PHONY: vuln
vuln: ## known vulnerabilities in what the server is built of, where their database can be reached
	bash scripts/vuln.sh

.PHONY: sim
sim: ## the simulation, for as many seeds as SEEDS says, from the one in FIRST on
	cd internal/sim && go test -count=1 -timeout 0 -run '^TestEveryPromise' -sim.seeds=$(SEEDS) -sim.first=$(FIRST)

.PHONY: docs
docs: ## write anew what is made of the table of the rules: docs/states.md, and the SDK's web/sdk/table.js
	go test -count=1 -run '^(TestStatesDoc|TestTheTableOf|TestTheMovesOf)' -update .

.PHONY: pictures
pictures: setup ## take the pictures of the README anew, in docs/pictures
	bash scripts/pictures.sh

.PHONY: bench-peers
bench-peers: ## Callout beside socket.io, ws and centrifuge, and on databases of millions of events, in some two hours; writes docs/performance.*
	go run ./bench
