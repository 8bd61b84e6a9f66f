"""A second X-Wing and HPKE, from the papers alone, to judge the product's by.

ML-KEM-768 encapsulation follows FIPS 203 (algorithms 6 to 17, parameters k=3, eta=2, du=10, dv=4),
the combiner draft-connolly-cfrg-xwing-kem, the key schedule RFC 9180 section 5.1 and the KEM id
0x647a of the HPKE registry. It is slow, not constant in time, and for tests and vectors only: it
can encapsulate with given randomness, which no sealing library should.
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Q, N, K = 3329, 256, 3
ZETAS = [pow(17, int(f"{i:07b}"[::-1], 2), Q) for i in range(128)]
GAMMAS = [pow(17, 2 * int(f"{i:07b}"[::-1], 2) + 1, Q) for i in range(128)]
XWING_LABEL = b"\\.//^\\"
AES_256_GCM = 2


def _ntt(f):
    f, i, length = list(f), 1, 128
    while length >= 2:
        for start in range(0, N, 2 * length):
            zeta, i = ZETAS[i], i + 1
            for j in range(start, start + length):
                t = zeta * f[j + length] % Q
                f[j + length], f[j] = (f[j] - t) % Q, (f[j] + t) % Q
        length //= 2
    return f


def _inverse_ntt(f):
    f, i, length = list(f), 127, 2
    while length <= 128:
        for start in range(0, N, 2 * length):
            zeta, i = ZETAS[i], i - 1
            for j in range(start, start + length):
                t = f[j]
                f[j] = (t + f[j + length]) % Q
                f[j + length] = zeta * (f[j + length] - t) % Q
        length *= 2
    return [x * 3303 % Q for x in f]


def _product(f, g):
    h = []
    for i in range(128):
        a0, a1, b0, b1 = f[2 * i], f[2 * i + 1], g[2 * i], g[2 * i + 1]
        h += [(a0 * b0 + a1 * b1 * GAMMAS[i]) % Q, (a0 * b1 + a1 * b0) % Q]
    return h


def _sum(*polynomials: list[int]):
    return [sum(column) % Q for column in zip(*polynomials, strict=True)]


def _bits(data):
    return [byte >> i & 1 for byte in data for i in range(8)]


def _decode(data, d):
    bits = _bits(data)
    return [sum(bits[i * d + j] << j for j in range(d)) for i in range(N)]


def _encode(f, d):
    bits = [x >> j & 1 for x in f for j in range(d)]
    return bytes(sum(bits[i + j] << j for j in range(8)) for i in range(0, len(bits), 8))


def _compress(f, d):
    return [((x << d) + Q // 2) // Q % (1 << d) for x in f]


def _uniform(seed):
    stream, out, i = hashlib.shake_128(seed).digest(3 * N * 3), [], 0
    while len(out) < N:
        a, b, c = stream[i : i + 3]
        out += [d for d in (a + 256 * (b % 16), b // 16 + 16 * c) if d < Q]
        i += 3
    return out[:N]


def _noise(seed, counter):
    bits = _bits(hashlib.shake_256(seed + bytes([counter])).digest(128))
    pairs = [bits[4 * i : 4 * i + 4] for i in range(N)]
    return [(a + b - c - d) % Q for a, b, c, d in pairs]


def mlkem_encapsulate(public, m):
    """FIPS 203, algorithm 17: (shared secret, ciphertext) for given randomness ``m``."""
    digest = hashlib.sha3_512(m + hashlib.sha3_256(public).digest()).digest()
    shared, coins = digest[:32], digest[32:]
    t = [_decode(public[384 * i : 384 * (i + 1)], 12) for i in range(K)]
    rho = public[384 * K :]
    y = [_ntt(_noise(coins, i)) for i in range(K)]
    e1 = [_noise(coins, K + i) for i in range(K)]
    e2 = _noise(coins, 2 * K)
    u = []
    for i in range(K):
        row = [_product(_uniform(rho + bytes([i, j])), y[j]) for j in range(K)]
        u.append(_sum(_inverse_ntt(_sum(*row)), e1[i]))
    mu = [bit * ((Q + 1) // 2) for bit in _bits(m)]
    v = _sum(_inverse_ntt(_sum(*(_product(t[i], y[i]) for i in range(K)))), e2, mu)
    first = b"".join(_encode(_compress(part, 10), 10) for part in u)
    return shared, first + _encode(_compress(v, 4), 4)


def encapsulate(public, eseed):
    """X-Wing ``EncapsulateDerand``: (shared secret, ciphertext) for a 64-byte ``eseed``."""
    lattice, curve = public[:1184], public[1184:]
    ephemeral = X25519PrivateKey.from_private_bytes(eseed[32:])
    point = ephemeral.public_key().public_bytes_raw()
    first, ciphertext = mlkem_encapsulate(lattice, eseed[:32])
    second = ephemeral.exchange(X25519PublicKey.from_public_bytes(curve))
    shared = hashlib.sha3_256(first + second + point + curve + XWING_LABEL).digest()
    return shared, ciphertext + point


def _extract(suite, salt, label, material):
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + material, "sha256")


def _expand(suite, key, label, info, length):
    data, out, block = length.to_bytes(2) + b"HPKE-v1" + suite + label + info, b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.digest(key, block + data + bytes([counter]), "sha256")
        out += block
    return out[:length]


def key_schedule(shared, info, aead=AES_256_GCM):
    """RFC 9180, 5.1, base mode: (key, base nonce) of a cipher with 32-byte keys."""
    suite = b"HPKE" + (0x647A).to_bytes(2) + (1).to_bytes(2) + aead.to_bytes(2)
    context = b"\x00" + _extract(suite, b"", b"psk_id_hash", b"")
    context += _extract(suite, b"", b"info_hash", info)
    secret = _extract(suite, shared, b"secret", b"")
    key = _expand(suite, secret, b"key", context, 32)
    return key, _expand(suite, secret, b"base_nonce", context, 12)


def hpke_seal(public, plaintext, info, eseed):
    """RFC 9180 single-shot base mode, no AAD: ``enc || ciphertext``, the same for one ``eseed``."""
    shared, enc = encapsulate(public, eseed)
    key, nonce = key_schedule(shared, info)
    return enc + AESGCM(key).encrypt(nonce, plaintext, None)
