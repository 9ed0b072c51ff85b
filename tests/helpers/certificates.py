"""Certificates of a server on this machine, good and bad ones, all signed with one key that is worth nothing."""

from __future__ import annotations

import ssl
from pathlib import Path

KEY = """\
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIID26AONctsa9FeJHK2p3MmIDTiboimA0uC0xXz0h6nwoAoGCCqGSM49
AwEHoUQDQgAEyIT+vSB0zXSFSKva6qfGX9w2xaGciBuZ7ciiKh20UYelYkTxjKbs
+5/87iZUw08lKma+gUUbKQTCSpmNP3pvHw==
-----END EC PRIVATE KEY-----
"""

GOOD = """\
-----BEGIN CERTIFICATE-----
MIIBdTCCARqgAwIBAgIUeztEIgKsEDeHhHQ5HU+kCCInYJIwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkwMTAx
MDAwMDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATIhP69IHTNdIVIq9rqp8Zf3DbFoZyIG5ntyKIqHbRRh6ViRPGMpuz7
n/zuJlTDTyUqZr6BRRspBMJKmY0/em8fo0gwRjAPBgNVHRMBAf8EBTADAQH/MBQG
A1UdEQQNMAuCCWxvY2FsaG9zdDAdBgNVHQ4EFgQUG2xv6f0Q0icdFSwk9jXCgNsY
mG0wCgYIKoZIzj0EAwIDSQAwRgIhAOQJnoQ3+aUPic14Wav5zG7HeJRoVtb8tKVH
0bEGpelhAiEAxK8DcbtfkWEaf9rNcMLC66fuigb2XUkb5ku5jQp1iTU=
-----END CERTIFICATE-----
"""
"""For localhost, from 2020 to 2099."""

EXPIRED = """\
-----BEGIN CERTIFICATE-----
MIIBcjCCARigAwIBAgIUYV8iVceXuZ8cP8gD0e4pQ9RRqkkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MB4XDTIwMDEwMTAwMDAwMFoXDTIxMDEwMTAw
MDAwMFowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEyIT+vSB0zXSFSKva6qfGX9w2xaGciBuZ7ciiKh20UYelYkTxjKbs+5/8
7iZUw08lKma+gUUbKQTCSpmNP3pvH6NIMEYwDwYDVR0TAQH/BAUwAwEB/zAUBgNV
HREEDTALgglsb2NhbGhvc3QwHQYDVR0OBBYEFBtsb+n9ENInHRUsJPY1woDbGJht
MAoGCCqGSM49BAMCA0gAMEUCID2r8mCBYM2DphV0FZPAqIsOtbLjLIfry4vcLQsV
A9TnAiEA7vOcXVHFGoaZTkYAOfNZb7AyE0bLOtPixfrtTLS0VUM=
-----END CERTIFICATE-----
"""
"""For localhost, over in 2021."""

EARLY = """\
-----BEGIN CERTIFICATE-----
MIIBdzCCARygAwIBAgIUB6YyD24OVM9IB7V4mq65SeJZogEwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCIYDzIwOTgwMTAxMDAwMDAwWhgPMjA5OTAx
MDEwMDAwMDBaMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABMiE/r0gdM10hUir2uqnxl/cNsWhnIgbme3IoiodtFGHpWJE8Yym
7Puf/O4mVMNPJSpmvoFFGykEwkqZjT96bx+jSDBGMA8GA1UdEwEB/wQFMAMBAf8w
FAYDVR0RBA0wC4IJbG9jYWxob3N0MB0GA1UdDgQWBBQbbG/p/RDSJx0VLCT2NcKA
2xiYbTAKBggqhkjOPQQDAgNJADBGAiEA9K8GR5IzzciZx0Mz6vBW4ZHlVTm+L+oC
tXV8Xa1R+g4CIQCJZW+30NvOxJ4zAOa13sQ0xRVxFqupefeh34Ct2R333A==
-----END CERTIFICATE-----
"""
"""For localhost, from 2098 on."""

OTHER = """\
-----BEGIN CERTIFICATE-----
MIIBfDCCASKgAwIBAgIUOmUnvjr+qXlKZJ9rKjhPTtErjy4wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkwMTAx
MDAwMDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATIhP69IHTNdIVIq9rqp8Zf3DbFoZyIG5ntyKIqHbRRh6ViRPGMpuz7
n/zuJlTDTyUqZr6BRRspBMJKmY0/em8fo1AwTjAPBgNVHRMBAf8EBTADAQH/MBwG
A1UdEQQVMBOCEWVsc2V3aGVyZS5leGFtcGxlMB0GA1UdDgQWBBQbbG/p/RDSJx0V
LCT2NcKA2xiYbTAKBggqhkjOPQQDAgNIADBFAiEAoWTaCa24G7v2AK66/m8vIiU0
dqbUb1AjdU8T7GWvYL4CIBMqaLJZI5OdsRjQHJOznwV5hkjJVqV2vcfETuuzS1gC
-----END CERTIFICATE-----
"""
"""For elsewhere.example."""


def server_context(certificate: str, folder: Path) -> ssl.SSLContext:
    """What a server needs to show `certificate`; it is written into `folder` for that."""
    chain = folder / "server.pem"
    chain.write_text(KEY + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context


def trust(certificate: str, folder: Path) -> str:
    """The path of a bundle that trusts `certificate` and nothing else."""
    bundle = folder / "trusted.pem"
    bundle.write_text(certificate)
    return str(bundle)
