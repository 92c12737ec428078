# A newcomer needs two of these: `make demo` and `make test`.

SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PACKAGES := pkg-config libjpeg-dev libpng-dev zlib1g-dev libwebp-dev libgif-dev liblcms2-dev libheif-dev libdav1d-dev libjxl-dev libtiff-dev liblmdb-dev libyajl-dev libxml2-dev
LIBRARIES := libjpeg libpng zlib libwebpdemux libgif lcms2 libheif dav1d libjxl libtiff-4 lmdb yajl libxml-2.0
RELEASE := -c release --static-swift-stdlib
# hashscan, and the worker that decodes pictures for hashscan and hashd.
BUILD := swift build $(RELEASE) --product hashscan && swift build $(RELEASE) --product hashworker
DEMO := .build/demo-db

.PHONY: demo test setup build install lint documented docs fixtures asan property crash-loop fuzz fuzz-smoke fuzz-lists as-seen abuse-hashd fuzz-http benchmark-hash benchmark-index benchmark-takedown \
  benchmark-import benchmark-ledger benchmark-skew benchmark-daemon benchmark-confinement benchmark-robustness clean

# Imports the list in Fixtures/, scans Fixtures/uploads and shows the matches.
demo: setup
	$(BUILD)
	@rm -rf $(DEMO)
	@echo
	.build/release/hashscan import Fixtures/blocklist.csv --list demo --db $(DEMO)
	.build/release/hashscan scan Fixtures/uploads --db $(DEMO); test $$? -eq 1

# All tests; those that need other people's pictures are skipped if there is no ../shared.
test: setup
	swift build --build-tests
	swift test --skip-build --disable-xctest --quiet

# All programs, linked so that they run where no Swift is installed.
build: setup
	$(BUILD) && swift build $(RELEASE) --product hashd

# All programs with their man pages and completions, the unit files, the user "hashd" and its settings.
PREFIX ?= /usr/local
SYSTEM := $(if $(DESTDIR),,1)
SHARE := $(PREFIX)/share/hashscan
install: build manuals
	install -D -m 755 -s .build/release/hashscan $(DESTDIR)$(PREFIX)/bin/hashscan
	install -D -m 755 -s .build/release/hashd $(DESTDIR)$(PREFIX)/bin/hashd
	install -D -m 755 -s .build/release/hashworker $(DESTDIR)$(PREFIX)/libexec/hashscan/hashworker
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/hashscan README.md Docs/*.md
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 .build/man/*.1
	install -D -m 644 .build/completions/hashscan.bash $(DESTDIR)/usr/share/bash-completion/completions/hashscan
	install -D -m 644 .build/completions/hashd.bash $(DESTDIR)/usr/share/bash-completion/completions/hashd
	install -D -m 644 .build/completions/hashscan.zsh $(DESTDIR)/usr/share/zsh/vendor-completions/_hashscan
	install -D -m 644 .build/completions/hashd.zsh $(DESTDIR)/usr/share/zsh/vendor-completions/_hashd
	install -D -m 644 -t $(DESTDIR)/usr/share/fish/vendor_completions.d .build/completions/*.fish
	install -D -m 644 -t $(DESTDIR)$(SHARE)/systemd Support/systemd/tcp.conf
	install -D -m 644 -t $(DESTDIR)$(SHARE)/prometheus Support/prometheus/hashd.rules.yml
	install -D -m 644 -t $(DESTDIR)/etc/systemd/system Support/systemd/hashd.service Support/systemd/hashd.socket
	install -D -m 644 Support/systemd/hashd.sysusers $(DESTDIR)/usr/lib/sysusers.d/hashd.conf
	install -D -m 644 Support/systemd/hashd.tmpfiles $(DESTDIR)/usr/lib/tmpfiles.d/hashd.conf
	install -D -m 644 Support/logrotate/hashd $(DESTDIR)/etc/logrotate.d/hashd
	sed -i 's|/usr/local|$(PREFIX)|g' $(DESTDIR)/etc/systemd/system/hashd.service
	test -z "$(SYSTEM)" || ! command -v systemd-sysusers >/dev/null || systemd-sysusers hashd.conf
	test -e $(DESTDIR)/etc/hashd.yaml || install -D -m 640 Support/hashd.yaml $(DESTDIR)/etc/hashd.yaml
	test -z "$(SYSTEM)" || ! getent group hashd >/dev/null || systemd-tmpfiles --create hashd.conf

# What `make install` has installed, but for the lists, the backups and the log.
uninstall:
	test -z "$(SYSTEM)" || ! command -v systemctl >/dev/null || systemctl disable --now hashd.socket hashd.service || true
	cd $(DESTDIR)/ && rm -rf .$(PREFIX)/bin/hashscan .$(PREFIX)/bin/hashd .$(PREFIX)/libexec/hashscan .$(SHARE) \
	  .$(PREFIX)/share/doc/hashscan .$(PREFIX)/share/man/man1/hashscan*.1 .$(PREFIX)/share/man/man1/hashd*.1 \
	  usr/share/bash-completion/completions/hashscan usr/share/bash-completion/completions/hashd \
	  usr/share/zsh/vendor-completions/_hashscan usr/share/zsh/vendor-completions/_hashd \
	  usr/share/fish/vendor_completions.d/hashscan.fish usr/share/fish/vendor_completions.d/hashd.fish \
	  etc/systemd/system/hashd.service etc/systemd/system/hashd.socket etc/systemd/system/hashd.service.d/tcp.conf \
	  usr/lib/sysusers.d/hashd.conf usr/lib/tmpfiles.d/hashd.conf etc/logrotate.d/hashd etc/hashd.yaml etc/hashd.tokens

# Man pages and shell completions, from what the programs say of themselves.
.PHONY: manuals uninstall play-operator restart-hashd real-clients
manuals: build
	swift build -c release --product generate-manual
	rm -rf .build/man && mkdir -p .build/man .build/completions
	for program in hashscan hashd; do \
	  .build/release/generate-manual .build/release/$$program --section 1 --output-directory .build/man || exit 1; \
	  for shell in bash zsh fish; do \
	    .build/release/$$program --generate-completion-script $$shell > .build/completions/$$program.$$shell || exit 1; \
	  done; \
	done

# Hashes every painted picture and animation in every view, in a release build; `make test` takes only some.
property: setup
	PROPERTY=all swift test -c release -Xswiftc -enable-testing --scratch-path .build-property \
	  --disable-xctest --quiet --filter DullPictureTests

# The system's libraries, installed where they are missing.
setup:
	@command -v swift >/dev/null || { echo "Swift 6.2 or newer is needed: https://swift.org/install" >&2; exit 1; }
	@pkg-config --exists $(LIBRARIES) 2>/dev/null && command -v curl >/dev/null && command -v python3 >/dev/null \
	  || { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq $(PACKAGES) curl python3; }

# The engine's tests under AddressSanitizer (leaks as well): slow, and a build of its own.
asan: setup
	ASAN_OPTIONS=detect_leaks=1 SWIFT_BACKTRACE=enable=no swift test --sanitize address \
	  --scratch-path .build-asan --disable-xctest --quiet --filter HashEngineTests

# Kills imports and sealings two hundred times and checks the database after each.
crash-loop: setup
	$(BUILD)
	python3 Tests/crash_loop.py .build/release/hashscan 200

# Compares what is found with what a browser shows, for all files in the folders DIR.
DIR ?= Fixtures/as-seen
as-seen: setup peers
	$(BUILD)
	command -v chromium >/dev/null || $(SUDO) apt-get install -y -qq chromium
	.build/peers/bin/python Tests/as_seen .build/release/hashscan $(DIR)

# Imports damaged lists a few thousand times: each must end in time and leave the database intact.
fuzz-lists: setup
	$(BUILD)
	python3 Tests/fuzz_lists.py .build/release/hashscan Fixtures/blocklist.csv ../shared/lists/*
	python3 Tests/fuzz_list_meaning .build/release/hashscan

# Fuzzes all that reads untrusted bytes for TIME seconds (coverage-guided, under AddressSanitizer), and prints
# a table. Its inputs and findings stay in .build-fuzz. TARGETS= runs only some targets.
TIME ?= 3600
FUZZ := cd Fuzz && swift build -c release --sanitize=fuzzer --sanitize=address -Xswiftc -sanitize=fuzzer,address \
  -Xswiftc -enable-testing -Xcc -fsanitize=fuzzer-no-link,address --scratch-path ../.build-fuzz --product fuzz
fuzz: setup
	$(FUZZ)
	python3 Fuzz/run.py .build-fuzz/release/fuzz .build-fuzz/work $(TIME) $(TARGETS)

# The same for two minutes, as CI does it.
fuzz-smoke: setup
	$(FUZZ)
	python3 Fuzz/run.py .build-fuzz/release/fuzz .build-fuzz/smoke 120

# Everything a client can do to the daemon that it should not.
abuse-hashd: setup
	$(BUILD) && swift build $(RELEASE) --product hashd
	python3 Tests/abuse_hashd .build/release/hashd .build/release/hashscan Fixtures ../shared

# Runs each command of Docs/Operating.md, word for word, on a bare Debian, and looks at what becomes of it.
play-operator: build manuals
	command -v debootstrap >/dev/null && command -v systemd-nspawn >/dev/null \
	  || $(SUDO) apt-get install -y -qq --no-install-recommends debootstrap systemd-container
	$(SUDO) python3 Tests/operator .

# Restarts the daemon fifty times under load: no request may get lost.
restart-hashd: setup
	$(BUILD) && swift build $(RELEASE) --product hashd
	python3 Tests/restart_hashd.py .build/release/hashd .build/release/hashscan Fixtures

# Real clients and tools, unmodified: those that are installed (see Tests/real_clients).
real-clients: setup
	$(BUILD) && swift build $(RELEASE) --product hashd
	python3 Tests/real_clients .build/release/hashd .build/release/hashscan Fixtures Support

# Sends requests generated from the OpenAPI description.
fuzz-http: setup peers
	$(BUILD) && swift build $(RELEASE) --product hashd
	.build/peers/bin/python Tests/fuzz_http.py .build/release/hashd .build/release/hashscan Fixtures

# Hashing against the bare decoders and the usual libraries, side by side, as a table. The pictures are
# those in ../shared.
benchmark-hash: setup peers
	cd Benchmarks && swift build -c release
	OPENBLAS_NUM_THREADS=1 .build/peers/bin/python Benchmarks/hash.py ../shared/images

# Hamming search against the usual structures, side by side, as a table.
SIZES ?= 100000 1000000
benchmark-index: setup peers
	$(BUILD)
	cd Benchmarks && swift build -c release
	OMP_NUM_THREADS=1 .build/peers/bin/python Benchmarks/index.py $(SIZES) $(MORE)

# How long a takedown takes while other processes search a large list.
benchmark-takedown: setup peers
	$(BUILD)
	.build/peers/bin/python Benchmarks/takedown.py $(SIZES)

# Scanning much, and again: the ledger, rematch, watching.
FILES ?= 20000
SMALL ?= 100000
benchmark-ledger: setup peers
	$(BUILD)
	.build/peers/bin/python Benchmarks/ledger.py $(FILES) $(SMALL)

# Importing a text list and a VICS file of about a gigabyte: rates and memory.
LIST ?= 1000000
benchmark-import: setup
	$(BUILD)
	python3 Benchmarks/import.py $(LIST)

# What the shuffle of bits before banding saves on real hashes.
benchmark-skew: peers
	.build/peers/bin/python Benchmarks/skew.py ../shared/images/photos

# The daemon compared with a scan of the same pictures; with MORE=--soak, its memory over 200,000 requests.
benchmark-daemon: setup peers
	$(BUILD) && swift build $(RELEASE) --product hashd
	cd Benchmarks && swift build -c release
	.build/peers/bin/python Benchmarks/daemon.py ../shared/images $(MORE)

# What confined decoders cost, compared with decoding in the program's own process.
benchmark-confinement: setup peers
	$(BUILD)
	.build/peers/bin/python Benchmarks/confinement.py ../shared/images $(MORE)

# What is found after edits and pairs of edits, at each effort and by other libraries; strangers; time per picture.
# MORE="--write-docs Docs" puts the tables and the plot into Docs; MORE="--more NAME=FOLDER" takes other pictures, too.
benchmark-robustness: setup peers
	$(BUILD)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 .build/peers/bin/python Benchmarks/robustness ../shared/images $(MORE)

# The libraries that benchmarks measure against, in an environment of their own.
.PHONY: peers
peers:
	test -d .build/peers || python3 -m venv .build/peers
	.build/peers/bin/pip install -q -r Benchmarks/requirements.txt -r Benchmarks/robustness/requirements.txt
	.build/peers/bin/pip install -q --no-deps -r Benchmarks/robustness/alone.txt

# Names each public declaration that has no doc comment. Reads what `make test` has built, as CI does.
documented: setup
	swift build --target HashEngine
	python3 Support/documentation.py check .build

# The library's documentation as a site in .build/docs; a link that leads nowhere is an error.
docs: setup
	swift build --target HashEngine
	python3 Support/documentation.py build .build

lint:
	swift format lint --strict -r Sources Tests Benchmarks/Sources Fuzz/Sources Package.swift Benchmarks/Package.swift Fuzz/Package.swift

# Paints the pictures in Fixtures/ anew (needs numpy, pillow and pdqhash; see Fixtures/make.py).
fixtures:
	python3 Fixtures/make.py

clean:
	rm -rf .build
