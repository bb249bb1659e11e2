# The Python packages devenv/ (daily work) and qa/ (measuring) do everything; this file
# names their commands.
PYTHON ?= python3
DEVENV = $(PYTHON) -m devenv
QA = $(PYTHON) -m qa

.PHONY: help run test test-one bench load pictures test-neighbours test-faults test-upgrade test-packages lint format readme terms shell update stop clean distclean
help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: ## start Odoo with demo data; prints address and logins
	@$(DEVENV) run

test: ## run the tests; TAGS=/addon:TestClass, MODULES=addon, DEMO=1
	@$(DEVENV) test --tags "$(TAGS)" --modules "$(MODULES)" --demo "$(DEMO)"

test-one: ## a few tests by name, at once; K="hold and not tour", ARGS="--pdb --lf"
	@$(DEVENV) test-one --keyword "$(K)" --options="$(ARGS)"

bench: ## measure beside the peers; RACES=confirm,hold, QUICK=1
	@$(QA) bench --races "$(RACES)" --quick "$(QUICK)"

load: ## many people at once, and breakdowns; MINUTES=3, PORTAL=50, TEAM=10, QUIET=1
	@$(QA) load --minutes "$(MINUTES)" --portal "$(PORTAL)" --team "$(TEAM)" --quiet "$(QUIET)"

test-neighbours: ## Odoo's own tests with and without the addons; SUITES=sale, SKIP=TestX
	@$(QA) neighbours --suites "$(SUITES)" --skip "$(SKIP)"

test-faults: ## kill the jobs in the middle, many times; POINTS=12
	@$(QA) faults --points "$(POINTS)"

test-upgrade: ## the last version, in use, becomes this one; FROM=commit
	@$(QA) upgrade --since "$(FROM)"

test-packages: ## build each addon as a wheel and install it from there
	@$(DEVENV) test-packages

pictures: ## take the pictures of the guides in docs/; GUIDES=partner
	@$(QA) pictures --guides "$(GUIDES)"

lint: ## check style and pitfalls
	@$(DEVENV) lint

format: ## let the formatters write
	@$(DEVENV) format

readme: ## make what Odoo shows of the addons out of their readme/
	@$(DEVENV) readme

terms: ## bring i18n/ to the terms of the code; then translate the new ones
	@$(DEVENV) terms

shell: ## Odoo's Python shell on the demo database
	@$(DEVENV) shell

update: ## upgrade the addons in the demo database
	@$(DEVENV) update

stop: ## end the server and PostgreSQL
	@$(DEVENV) stop

clean: ## remove the demo database; the next `make run` makes a new one
	@$(DEVENV) clean

distclean: ## remove all databases and everything that was fetched
	@$(DEVENV) distclean
