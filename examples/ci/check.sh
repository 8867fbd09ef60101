#!/bin/sh
# What the workflow and the hook beside this run: checks files, fails for what is new and certain.
#   check.sh FILE ...
# VRRL is the tool (vrrl); known findings are in .vrrl-baseline.json where that is there; what a service for
# test results and code scanning reads goes to vrrl-junit.xml and vrrl.sarif.
set -eu
[ $# -gt 0 ] || { echo "check.sh: no files to check"; exit 0; }
known=
[ ! -e .vrrl-baseline.json ] || known=--baseline=.vrrl-baseline.json
# 125 (not known) is no failure here: `unknown` is not among these. An input that cannot be read is 2, and fails.
# shellcheck disable=SC2086  # no option, or one
exec "${VRRL:-vrrl}" check $known \
    --fail-on race,unwritten,order-depends,fails,deadlock,livelock,shutdown,output,page,placement,limit,arity \
    --junit vrrl-junit.xml --sarif vrrl.sarif "$@"
