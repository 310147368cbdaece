using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using Quai.Errors;

namespace Quai.BuildClient.Agents;

/// <summary>Keys of PEM files, and of the numbers that they are made of.</summary>
internal static class PemKey
{
    private const string EdwardsId = "1.3.101.112", RsaId = "1.2.840.113549.1.1.1", EllipticId = "1.2.840.10045.2.1";

    /// <summary>A key of RSA, by PKCS #1.</summary>
    public static RsaKey Rsa(byte[] bytes, string comment)
    {
        using var key = RSA.Create();
        key.ImportRSAPrivateKey(bytes, out _);
        return new RsaKey(key.ExportParameters(includePrivateParameters: true), comment);
    }

    /// <summary>A key of ECDSA, by SEC 1.</summary>
    public static EllipticKey Elliptic(byte[] bytes, string comment)
    {
        using var key = ECDsa.Create();
        key.ImportECPrivateKey(bytes, out _);
        return new EllipticKey(key.ExportParameters(includePrivateParameters: true), comment);
    }

    /// <summary>A key of any kind, by PKCS #8.</summary>
    /// <exception cref="QuaiException">It is of a kind that is not known.</exception>
    public static AgentKey Any(byte[] bytes, string comment)
    {
        string kind;
        byte[] inner;
        try
        {
            AsnReader sequence = new AsnReader(bytes, AsnEncodingRules.BER).ReadSequence();
            sequence.ReadInteger();
            kind = sequence.ReadSequence().ReadObjectIdentifier();
            inner = sequence.ReadOctetString();
            inner = kind == EdwardsId ? new AsnReader(inner, AsnEncodingRules.BER).ReadOctetString() : inner;
        }
        catch (AsnContentException e)
        {
            throw QuaiException.Invalid("the key in it is malformed", e);
        }

        switch (kind)
        {
            case EdwardsId:
                return inner.Length == EdwardsKey.Size ? new EdwardsKey(inner, comment) : throw QuaiException.Invalid("the key in it is malformed");
            case RsaId:
                return Rsa(inner, comment);
            case EllipticId:
                // The curve stands outside.
                using (var key = ECDsa.Create())
                {
                    key.ImportPkcs8PrivateKey(bytes, out _);
                    return new EllipticKey(key.ExportParameters(includePrivateParameters: true), comment);
                }

            default:
                throw QuaiException.Invalid($"ssh: unsupported key type \"{kind}\"");
        }
    }

    /// <summary>A key of RSA of its numbers.</summary>
    public static RSAParameters RsaOf(byte[] modulus, byte[] exponent, byte[] secret, byte[] p, byte[] q, byte[] inverse)
    {
        // Each as long as .NET wants it.
        int half = (modulus.Length + 1) / 2;
        BigInteger number = Big(secret);
        return new RSAParameters
        {
            Modulus = modulus, Exponent = exponent, D = Padded(secret, modulus.Length), P = Padded(p, half), Q = Padded(q, half), InverseQ = Padded(inverse, half),
            DP = Padded((number % (Big(p) - 1)).ToByteArray(isUnsigned: true, isBigEndian: true), half), DQ = Padded((number % (Big(q) - 1)).ToByteArray(isUnsigned: true, isBigEndian: true), half),
        };
    }

    /// <summary>A key of ECDSA of its numbers.</summary>
    /// <exception cref="QuaiException">The point is none.</exception>
    public static ECParameters EllipticOf(ECCurve curve, byte[] point, byte[] number)
    {
        int size = (point.Length - 1) / 2;
        return point is [4, ..] && point.Length == (size * 2) + 1
            ? new ECParameters { Curve = curve, Q = new ECPoint { X = point[1..(size + 1)], Y = point[(size + 1)..] }, D = Padded(number, size) }
            : throw QuaiException.Invalid("the key in it is malformed");
    }

    private static BigInteger Big(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Padded(byte[] bytes, int length) =>
        bytes.Length <= length ? [.. new byte[length - bytes.Length], .. bytes] : throw QuaiException.Invalid("the key in it is malformed");
}
