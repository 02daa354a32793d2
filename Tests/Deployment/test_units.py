"""The units of examples/systemd: each program has a user, directories and limits of its own, and a tight sandbox."""

import pathlib
import shutil
import subprocess

import pytest

UNITS = pathlib.Path(__file__).resolve().parents[2] / "examples/systemd"
SERVICES = sorted(unit.name for unit in UNITS.glob("*.service"))
# What goes on, and under which user; the others are started by timers, as root, since they give files to those users.
DAEMONS = {"hap2-fluentd": "hap2-fluentd", "hatohol-server": "hatohol", "hatohol-ca-serve": "hatohol-ca"}
# The worst exposure that `systemd-analyze security` may find, in tenths; 100 is no protection at all.
EXPOSURE = 23
DEMANDED = {
    "LockPersonality": "yes", "MemoryDenyWriteExecute": "yes", "NoNewPrivileges": "yes", "PrivateDevices": "yes",
    "PrivateMounts": "yes", "PrivateTmp": "yes", "ProtectClock": "yes", "ProtectControlGroups": "yes",
    "ProtectHostname": "yes", "ProtectKernelLogs": "yes", "ProtectKernelModules": "yes", "ProtectKernelTunables": "yes",
    "ProtectProc": "invisible", "ProtectSystem": "strict", "RestrictNamespaces": "yes", "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes", "SystemCallArchitectures": "native",
}  # fmt: skip


def settings(unit):
    """The lines of a unit as pairs, in their order."""
    text = (UNITS / unit).read_text().replace("\\\n", " ")
    lines = (line.strip() for line in text.splitlines())
    return [tuple(line.split("=", 1)) for line in lines if line and line[0] not in "#["]


def value(unit, name):
    return dict(settings(unit)).get(name)


def directories(unit):
    """What a unit may write to, beside a /tmp of its own."""
    state = [f"/var/lib/{path}" for path in (value(unit, "StateDirectory") or "").split()]
    return state + [path.lstrip("-") for path in (value(unit, "ReadWritePaths") or "").split()]


def users():
    """The users that the files for systemd-sysusers make, each with its file."""
    found = {}
    for file in UNITS.glob("sysusers.d-*.conf"):
        for line in file.read_text().splitlines():
            if line.startswith("u "):
                found.setdefault(line.split()[1], []).append(file.name)
    return found


def tool(name):
    return shutil.which(name) or pytest.skip(f"{name} is not here")


def test_each_program_has_a_user_of_its_own():
    assert {name: value(f"{name}.service", "User") for name in DAEMONS} == DAEMONS
    assert len(set(DAEMONS.values())) == len(DAEMONS)
    made = users()
    assert set(made) == set(DAEMONS.values()) and all(len(files) == 1 for files in made.values()), made
    for name in DAEMONS:
        # A group in common would be a directory in common.
        assert value(f"{name}.service", "Group") == value(f"{name}.service", "User")


def test_no_program_writes_where_another_one_does():
    own = {name: directories(f"{name}.service") for name in DAEMONS}
    assert all(own.values()), own
    for name, paths in own.items():
        others = [path for other in own if other != name for path in own[other]]
        for path in paths:
            assert not any(f"{path}/".startswith(f"{one}/") or f"{one}/".startswith(f"{path}/") for one in others), path
        assert value(f"{name}.service", "UMask") == "0077"
        if value(f"{name}.service", "StateDirectory"):
            assert value(f"{name}.service", "StateDirectoryMode") == "0700"


@pytest.mark.parametrize("unit", SERVICES)
def test_limits_and_sandbox(unit):
    assert {name: value(unit, name) for name in DEMANDED} == DEMANDED
    for name in ("LimitNOFILE", "TasksMax"):
        assert value(unit, name), name
    assert value(unit, "CapabilityBoundingSet") is not None
    assert ("SystemCallFilter", "@system-service") in settings(unit)
    # Whoever holds keys and passwords of others leaves none in a core file.
    assert value(unit, "LimitCORE") == "0" or unit.removesuffix(".service") not in ("hatohol-server", "hatohol-ca-serve")


@pytest.mark.parametrize("unit", sorted(unit.name for unit in UNITS.glob("*.*") if unit.suffix in (".service", ".timer")))
def test_systemd_understands_it(unit, tmp_path):
    # The programs need not be installed here; `true` stands for them.
    for other in UNITS.glob("*.*"):
        text = other.read_text()
        for program in ("hap2-fluentd", "hatohol-server", "hatohol-ca"):
            text = text.replace(f"=/usr/bin/{program} ", "=/usr/bin/true ")
        (tmp_path / other.name).write_text(text)
    done = subprocess.run(
        [tool("systemd-analyze"), "verify", "--man=no", str(tmp_path / unit)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0 and not done.stderr, done.stderr


@pytest.mark.parametrize("unit", SERVICES)
def test_the_exposure_is_small(unit):
    done = subprocess.run(
        [tool("systemd-analyze"), "security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", str(UNITS / unit)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_users_and_directories_come_into_being(tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/group").write_text("root:x:0:\nadm:x:4:\n")
    (tmp_path / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    for file in sorted(UNITS.glob("sysusers.d-*.conf")):
        subprocess.run([tool("systemd-sysusers"), f"--root={tmp_path}", str(file)], check=True, timeout=60)
    made = {line.split(":")[0]: line.split(":") for line in (tmp_path / "etc/passwd").read_text().splitlines()}
    assert set(made) == {"root", *DAEMONS.values()}
    assert all("nologin" in made[user][6] for user in DAEMONS.values()), made
    members = {line.split(":")[0]: line.split(":")[3] for line in (tmp_path / "etc/group").read_text().splitlines()}
    # The logs are the agent's alone to read.
    assert members["adm"] == "hap2-fluentd"
    if not pathlib.Path("/run").is_dir() or subprocess.run(["id", "-u"], capture_output=True).stdout != b"0\n":
        pytest.skip("giving directories away takes root")
    for file in sorted(UNITS.glob("tmpfiles.d-*.conf")):
        subprocess.run([tool("systemd-tmpfiles"), f"--root={tmp_path}", "--create", str(file)], check=True, timeout=60)
    for path, owner, mode in [("run/hatohol", 2, 0o755), ("var/log/hatohol", 2, 0o750), ("var/lib/hatohol", 0, 0o755)]:
        status = (tmp_path / path).stat()
        expected = 0 if owner == 0 else int(made["hap2-fluentd"][owner])
        assert (status.st_uid, status.st_mode & 0o777) == (expected, mode), path
