"""What `augment verify` prints of a file or a folder, and its exit code: 0 where all is marked and nothing changed."""

import json

SHOWN = 20  # files of a folder that are told one by one


def told(path, as_json=False, quiet=False):
    """Verify the file or folder, print what was found, and return the exit code."""
    from augment.verification import holds, verify

    result = verify(path)
    if as_json:
        print(json.dumps(result))
    elif not quiet:
        faults = [file for file in result["files"] if not holds(file)]
        several = len(result["files"]) > 1
        for file in faults[:SHOWN] if several else result["files"]:
            print(f"{file['file']}: {_line(file)}")
        if len(faults) > SHOWN:
            print(f"... and {len(faults) - SHOWN:,} more")
        if several:
            print(_summary(result["files"], len(faults)))
    return 0 if result["ok"] else 1


def _line(file):
    """What one file says, in one line."""
    if "missing" in file:
        return "missing, though the manifest lists it"
    parts = ["not marked"]
    if file["marked"] or file["digital_source_type"]:
        name = (file["digital_source_type"] or "synthetic").rsplit("/", 1)[-1]
        parts = [f"{'marked' if file['marked'] else 'not marked as synthetic but'} as {name}"]
        parts += [f"so says {' and '.join(file['said_by'])}"]
    parts.append({True: "unchanged", False: "changed since it was written", None: "no note"}[file["intact"]])
    if isinstance(file.get("tool"), dict):
        parts.append(f"made by {file['tool'].get('name')} {file['tool'].get('version')}")
    parts += [f"seed {file['seed']}"] if "seed" in file else []
    parts += [f"from {', '.join(map(str, file['parents']))}"] if _is_short(file.get("parents")) else []
    parts += [_of_signature(file["signature"])] if "signature" in file else []
    parts += [str(file["fairness"].get("note"))] if isinstance(file.get("fairness"), dict) else []
    return "; ".join(parts)


def _of_signature(signature):
    if signature["state"] != "valid":
        return (
            f"signature {signature['state']}: {signature.get('reason', 'the file was changed or the signer is none')}"
        )
    return f"signed by {signature['signer']}{'' if signature['trusted'] else ', a certificate on no trust list'}"


def _is_short(parents):
    """Whether these are the parents of one picture, not those of all rows of an array."""
    return isinstance(parents, list) and 0 < len(parents) <= 5 and not any(isinstance(one, list) for one in parents)


def _summary(files, n_faults):
    marked = sum(file["marked"] for file in files)
    intact = sum(file["intact"] is True for file in files)
    types = sorted({file["digital_source_type"].rsplit("/", 1)[-1] for file in files if file["digital_source_type"]})
    says = f" ({', '.join(types)})" if types else ""
    verdict = "all are marked and none was changed" if not n_faults else f"{n_faults:,} are not as they should be"
    return f"{len(files):,} files: {marked:,} marked{says}, {intact:,} compared with a note and unchanged; {verdict}."
