#!/bin/sh
# Kills `vrrl record` at random moments: what is left opens, says that it is unfinished, and replays
# to the same, as far as it goes; or it says that there is nothing yet. VRRL_KILLS=N kills N times.
set -eu
export LC_ALL=C
kills=${VRRL_KILLS:-200}
# On tmpfs where there is one: it is the order of stores that is tested, not the disk.
work=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)")
trap 'rm -rf "$work"' EXIT
cd "$work"

cat >long.mk <<'END'
program "long"
words x[4000]
word y in observable
epoch times 300
    prologue
        STORE_U32 1, x[9]
    end
    repeat 6 as i
        pack ATOMIC_ADD 1, x[i] then STORE_U32 3, x[100 + i]
    end
    MEMCPY x[200], x[2000], 50
end
END

# The seed reproduces the moments as far as anything can.
python3 - "$VRRL" "$kills" <<'END'
import json, os, random, shutil, signal, subprocess, sys, time

vrrl, kills = sys.argv[1], int(sys.argv[2])
seed = int(os.environ.get("VRRL_KILL_SEED", "1"))
random.seed(seed)
seen = {"nothing": 0, "unfinished": 0, "finished": 0}
epochs_most = 0


def record(name, wait):
    command = [vrrl, "record", "long.mk", "-o", name, "--backend", "threads", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    if wait is None:
        assert process.wait() == 0
        return
    time.sleep(wait)
    process.send_signal(signal.SIGKILL)
    process.wait()


def fail(kill, why, result):
    sys.exit(f"kill {kill} of seed {seed}: {why}\n{result.stdout}{result.stderr}")


start = time.monotonic()
record("whole.vrrd", None)
whole = time.monotonic() - start

for kill in range(kills):
    record("run.vrrd", random.random() * whole * 1.1)
    partial = "run.vrrd.partial"
    name = partial if os.path.exists(partial) else "run.vrrd"
    if os.path.exists(partial) and os.path.exists("run.vrrd"):
        sys.exit(f"kill {kill} of seed {seed}: both names are there")
    if os.path.exists(name):
        result = subprocess.run([vrrl, "replay", name, "--json"], capture_output=True, text=True)
        nothing = "before it had recorded anything" in result.stderr or \
            "before the first epoch had ended" in result.stderr
        if result.returncode == 0:
            answer = json.loads(result.stdout)
            if answer["verdict"] != "same" or answer["result"]["epochs"] == 0:
                fail(kill, "not the same", result)
            said = "unfinished" in answer["result"]["a"]["detail"]
            finished = json.load(open(f"{name}/manifest.json"))["state"] == "finished"
            if said == finished or (name == "run.vrrd" and not finished):
                fail(kill, "says wrongly whether it is finished", result)
            seen["finished" if finished else "unfinished"] += 1
            epochs_most = max(epochs_most, answer["result"]["epochs"])
            if kill % 20 == 0:
                result = subprocess.run([vrrl, "diff", name, "whole.vrrd"], capture_output=True, text=True)
                if result.returncode != 0:
                    fail(kill, "differs from the whole", result)
        elif result.returncode == 125 and nothing and "Fix:" in result.stderr:
            seen["nothing"] += 1
        else:
            fail(kill, "does not open", result)
        shutil.rmtree(name)

print(seen, "most epochs:", epochs_most)
if kills >= 100 and (seen["unfinished"] < kills / 10 or epochs_most < 30):
    sys.exit("hardly any kill hit a run that was under way")
END
