"""Pictures signed by the C2PA standard (https://c2pa.org): who made them, how, and that no byte changed since.

Needs the extra `[c2pa]`. A signature tells more than a mark: it cannot be made up without the key. It lies in the file
all the same, so whoever stores the picture anew drops it.

What signs is a private key and a chain of certificates, one's own first. Certificates for the public are sold by those
on the C2PA's trust list; one of one's own makes files that are valid but whose signer is "untrusted" to others. With
OpenSSL 3, an authority (keep ``root.key`` offline) and a certificate of the form that C2PA asks for::

    openssl ecparam -name prime256v1 -genkey -noout -out root.key
    openssl req -x509 -new -key root.key -days 3650 -subj "/O=Example/CN=Example root" -out root.pem \\
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
    openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out signing.key
    openssl req -new -key signing.key -subj "/O=Example/CN=Example pictures" -out signing.csr
    printf '%s\\n' basicConstraints=critical,CA:FALSE keyUsage=critical,digitalSignature \\
        extendedKeyUsage=emailProtection subjectKeyIdentifier=hash authorityKeyIdentifier=keyid > signing.ext
    openssl x509 -req -in signing.csr -CA root.pem -CAkey root.key -CAcreateserial -days 365 \\
        -extfile signing.ext -out signing.pem
    cat signing.pem root.pem > chain.pem
"""

import io
import json
from pathlib import Path

import augment
from augment import provenance
from augment._extras import load
from augment.files import atomic, check_source
from augment.pictures import marking, png

# No thumbnail, which would be ten times as large as a small picture, and nothing from the network.
SETTINGS = {
    "builder": {"thumbnail": {"enabled": False}},
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
}


def sign(path, certificates, key, algorithm="es256"):
    """Sign a marked PNG or JPEG file in its place, and renew its SHA-256 in the note or manifest that lists it.

    A file of 28 x 28 pixels grows by about three kilobytes. No timestamp is asked for, so nothing leaves the machine.

    Parameters
    ----------
    path : str or path-like
        The file, as `write_images` wrote it.
    certificates : str or path-like
        A PEM file of the chain of certificates, that of the key first.
    key : str or path-like
        A PEM file of the private key (PKCS #8).
    algorithm : str, default="es256"
        That of the key: "es256" for the curve P-256; "es384", "es512", "ps256", "ps384", "ps512" or "ed25519".

    Raises
    ------
    ImportError
        The extra `[c2pa]` is not installed.
    OSError
        A file is not there or cannot be written.
    ValueError
        The file is not marked, is signed already or was changed since it was written; or the certificates are not of
        the form that C2PA asks for.

    Examples
    --------
    >>> from augment.pictures.signing import sign
    >>> sign("new/3/0017.png", "chain.pem", "signing.key")  # doctest: +SKIP
    """
    c2pa = load("c2pa", "c2pa")
    for file in (path, certificates, key):
        check_source(file)
    content = Path(path).read_bytes()
    uri = _source_to_sign(path, content)
    try:
        signer = c2pa.Signer.from_info(
            c2pa.C2paSignerInfo(
                alg=algorithm.encode(),
                sign_cert=Path(certificates).read_bytes(),
                private_key=Path(key).read_bytes(),
                ta_url=None,
            )
        )
        builder = c2pa.Builder(_manifest(Path(path).name, uri), context=_context(c2pa))
        signed = io.BytesIO()
        builder.sign(signer, _media_type(content), io.BytesIO(content), signed)
    except c2pa.C2paError as error:
        raise ValueError(
            f"Cannot sign {path} with {certificates} and {key}: {error}. The documentation of augment.pictures.signing "
            "has a recipe for certificates."
        ) from error
    with atomic(path) as temporary:
        temporary.write_bytes(signed.getvalue())
    provenance.renew(path)


def check(content):
    """What the C2PA manifest in a PNG or JPEG file's bytes says, and whether it holds.

    Returns
    -------
    dict
        ``state``: "valid", "invalid" (the file was changed since, or the signature is wrong) or "not checked" where the
        extra `[c2pa]` is not installed; where it was checked also ``signer`` (as the certificate says) and ``trusted``
        (by the trust list of the C2PA's library).
    """
    try:
        c2pa = load("c2pa", "c2pa")
    except ImportError as error:
        return {"state": "not checked", "reason": str(error)}
    try:
        told = json.loads(c2pa.Reader(_media_type(content), io.BytesIO(content), context=_context(c2pa)).json())
    except c2pa.C2paError as error:
        return {"state": "invalid", "reason": str(error)}
    manifest = told["manifests"][told["active_manifest"]]
    codes = [status["code"] for status in told.get("validation_status", ())]
    info = manifest.get("signature_info", {})
    return {
        "state": "invalid" if told["validation_state"] == "Invalid" else "valid",
        "signer": info.get("common_name") or info.get("issuer"),
        "trusted": "signingCredential.untrusted" not in codes,
    }


def _source_to_sign(path, content):
    """The digital source type that the picture is marked with; a ValueError where it should not be signed."""
    uri = marking.source_type(content)
    if uri is None:
        raise ValueError(f"{path} is no PNG or JPEG file with a mark: write it with write_images first.")
    if marking.is_signed(content):
        raise ValueError(f"{path} is signed already: write the picture anew to sign it again.")
    _, _, entry = provenance.note_on(path)
    if entry is not None and entry.get("sha256") != provenance.fingerprint(path):
        raise ValueError(f"{path} was changed since it was written: write the picture anew and sign that.")
    return uri


def _manifest(title, uri):
    actions = {"actions": [{"action": "c2pa.created", "digitalSourceType": uri}]}
    return {
        "claim_generator_info": [{"name": "Augment", "version": augment.__version__}],
        "title": title,
        "assertions": [{"label": "c2pa.actions", "data": actions}],
    }


def _context(c2pa):
    return c2pa.Context(c2pa.Settings.from_dict(SETTINGS))


def _media_type(content):
    return "image/png" if content.startswith(png.SIGNATURE) else "image/jpeg"
