"""Own certificates are made once and renewed in time; an operator's are checked before they are used."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from keyreel.errors import InvalidSetting
from keyreel.provenance.c2pa_manifest import SignatureState, read_signature, sign_video
from keyreel.provenance.signing_certificates import open_credentials, read_trust_anchors
from keyreel.storage.secret_files import SecretFiles
from support.certificates import NOW, make, root
from support.videos import CLAIM

if TYPE_CHECKING:
    from pathlib import Path

YEAR = timedelta(days=365)


def signer_of(chain: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificates(chain)[0]


def test_own_credentials_are_made_once(tmp_path: Path) -> None:
    first = open_credentials(SecretFiles(tmp_path), now=NOW)
    assert open_credentials(SecretFiles(tmp_path), now=NOW + timedelta(days=30)) == first
    assert read_trust_anchors(SecretFiles(tmp_path)) == first.root


def test_private_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    open_credentials(SecretFiles(tmp_path), now=NOW)
    files = {path.name: path for path in (tmp_path / "c2pa").iterdir()}
    assert set(files) == {"root.pem", "issuer.pem", "signer.pem"}
    assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
    assert (tmp_path / "c2pa").stat().st_mode & 0o777 == 0o700
    assert b"PRIVATE" not in files["root.pem"].read_bytes()


def test_keys_are_not_shown_with_the_credentials(tmp_path: Path) -> None:
    made = open_credentials(SecretFiles(tmp_path), now=NOW)
    assert "PRIVATE" in made.key.decode()
    assert "PRIVATE" not in repr(made)


def test_the_signers_certificate_is_as_c2pa_asks(tmp_path: Path) -> None:
    made = open_credentials(SecretFiles(tmp_path), now=NOW)
    signer = signer_of(made.chain)
    usage = signer.extensions.get_extension_for_class(x509.KeyUsage)
    purposes = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.key_cert_sign
    assert list(purposes) == [ExtendedKeyUsageOID.EMAIL_PROTECTION]
    assert signer.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "Keyreel"
    issuer, above = x509.load_pem_x509_certificates(made.chain)[1], signer_of(made.root)
    signer.verify_directly_issued_by(issuer)
    issuer.verify_directly_issued_by(above)


def test_the_signer_is_renewed_long_before_it_ends_and_the_root_stays(tmp_path: Path) -> None:
    first = open_credentials(SecretFiles(tmp_path), now=NOW)
    later = open_credentials(SecretFiles(tmp_path), now=NOW + 2 * YEAR)
    assert later.root == first.root
    assert later.chain != first.chain
    assert signer_of(later.chain).not_valid_after_utc - (NOW + 2 * YEAR) > 9 * YEAR
    # What was signed on the last day of the old one is valid for nine more years.
    assert signer_of(first.chain).not_valid_after_utc - (NOW + YEAR) > 8.9 * YEAR


def test_a_clock_that_was_ahead_leaves_no_signer_of_the_future(tmp_path: Path, unsigned: Path) -> None:
    ahead = open_credentials(SecretFiles(tmp_path), now=NOW + 5 * YEAR)
    right = open_credentials(SecretFiles(tmp_path), now=NOW)
    assert right.root == ahead.root
    sign_video(unsigned, tmp_path / "signed.mp4", CLAIM, right)
    with (tmp_path / "signed.mp4").open("rb") as file:
        assert read_signature(file, right.root).seal is SignatureState.TRUSTED


def test_a_clock_far_off_is_reported_and_changes_nothing(tmp_path: Path) -> None:
    first = open_credentials(SecretFiles(tmp_path), now=NOW)
    with pytest.raises(InvalidSetting, match="clock"):
        open_credentials(SecretFiles(tmp_path), now=NOW + 31 * YEAR)
    assert open_credentials(SecretFiles(tmp_path), now=NOW) == first


def test_a_signer_that_was_lost_is_made_again(tmp_path: Path) -> None:
    first = open_credentials(SecretFiles(tmp_path), now=NOW)
    (tmp_path / "c2pa" / "signer.pem").unlink()
    (tmp_path / "c2pa" / "root.pem").unlink()
    assert open_credentials(SecretFiles(tmp_path), now=NOW).root == first.root
    assert read_trust_anchors(SecretFiles(tmp_path)) == first.root


def test_damaged_own_certificates_are_named_and_kept(tmp_path: Path) -> None:
    open_credentials(SecretFiles(tmp_path), now=NOW)
    (tmp_path / "c2pa" / "issuer.pem").write_bytes(b"nonsense")
    with pytest.raises(InvalidSetting, match=r"issuer.pem is damaged"):
        open_credentials(SecretFiles(tmp_path), now=NOW)
    assert (tmp_path / "c2pa" / "issuer.pem").read_bytes() == b"nonsense"


@pytest.mark.parametrize(
    "key",
    [
        None,
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(65537, 2048),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=["ES256", "ES384", "PS256", "Ed25519"],
)
def test_an_operators_certificate_signs_videos(tmp_path: Path, unsigned: Path, key: Any) -> None:
    chain, key_file = make(make(root(), ca=True, name="Acme Issuer"), key=key).write(tmp_path)
    used = open_credentials(SecretFiles(tmp_path), chain, key_file, now=NOW)
    sign_video(unsigned, tmp_path / "signed.mp4", CLAIM, used)
    with (tmp_path / "signed.mp4").open("rb") as file:
        found = read_signature(file, used.root)
    assert (found.seal, found.signer) == (SignatureState.TRUSTED, "Acme")
    assert not (tmp_path / "c2pa").exists()
    assert used.root in read_trust_anchors(SecretFiles(tmp_path), chain)


def test_the_certificates_above_need_not_be_in_an_operators_file(tmp_path: Path, unsigned: Path) -> None:
    above = root()
    chain, key = make(above).write(tmp_path)
    chain.write_bytes(b"".join(chain.read_bytes().partition(b"-----END CERTIFICATE-----\n")[:2]))
    used = open_credentials(SecretFiles(tmp_path), chain, key, now=NOW)
    sign_video(unsigned, tmp_path / "signed.mp4", CLAIM, used)
    with (tmp_path / "signed.mp4").open("rb") as file:
        assert read_signature(file, above.chain()[0]).seal is SignatureState.TRUSTED


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"days": -1}, "valid from 20.* to 20.*, and it is 20"),
        ({"purposes": ()}, "cannot sign files"),
        ({"purposes": (ExtendedKeyUsageOID.SERVER_AUTH,)}, "cannot sign files"),
        ({"ca": True}, "cannot sign files"),
        ({"organization": ""}, "has no organization"),
    ],
    ids=["expired", "no purpose", "a web server's", "an authority's", "nobody's"],
)
def test_a_certificate_that_cannot_sign_files_is_refused(
    tmp_path: Path, wrong: dict[str, Any], words: str
) -> None:
    chain, key = make(root(), **wrong).write(tmp_path)
    with pytest.raises(InvalidSetting, match=f"KEYREEL_C2PA_CERT: .*{words}"):
        open_credentials(SecretFiles(tmp_path), chain, key, now=NOW)


def test_a_self_signed_certificate_is_refused(tmp_path: Path) -> None:
    chain, key = make(None).write(tmp_path)
    with pytest.raises(InvalidSetting, match=r"KEYREEL_C2PA_CERT: .*self-signed"):
        open_credentials(SecretFiles(tmp_path), chain, key, now=NOW)


def test_certificates_in_the_wrong_order_are_refused(tmp_path: Path) -> None:
    signer = make(root())
    chain, key = signer.write(tmp_path)
    chain.write_bytes(signer.chain()[0] + root().chain()[0])
    with pytest.raises(InvalidSetting, match=r"KEYREEL_C2PA_CERT: .*followed by its issuer"):
        open_credentials(SecretFiles(tmp_path), chain, key, now=NOW)


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    chain, _ = make(root()).write(tmp_path)
    (tmp_path / "other").mkdir()
    _, other = make(root()).write(tmp_path / "other")
    with pytest.raises(InvalidSetting, match=r"KEYREEL_C2PA_KEY: .*does not belong"):
        open_credentials(SecretFiles(tmp_path), chain, other, now=NOW)


def test_an_encrypted_key_is_refused(tmp_path: Path) -> None:
    chain, key = make(root()).write(tmp_path, password=b"secret")
    with pytest.raises(InvalidSetting, match=r"KEYREEL_C2PA_KEY: .*ncrypted"):
        open_credentials(SecretFiles(tmp_path), chain, key, now=NOW)


@pytest.mark.parametrize("given", ["cert", "key"])
def test_one_file_without_the_other_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(InvalidSetting, match="set both"):
        open_credentials(SecretFiles(tmp_path), **{given: tmp_path / "file.pem"}, now=NOW)


@pytest.mark.parametrize("which", ["chain.pem", "key.pem"])
@pytest.mark.parametrize("content", [None, b"", b"nonsense"], ids=["missing", "empty", "nonsense"])
def test_a_file_that_holds_nothing_usable_is_named(tmp_path: Path, which: str, content: bytes | None) -> None:
    chain, key = make(root()).write(tmp_path)
    if content is None:
        (tmp_path / which).unlink()
    else:
        (tmp_path / which).write_bytes(content)
    name = "KEYREEL_C2PA_CERT" if which == "chain.pem" else "KEYREEL_C2PA_KEY"
    with pytest.raises(InvalidSetting, match=f"^{name}: "):
        open_credentials(SecretFiles(tmp_path), chain, key, now=NOW)
