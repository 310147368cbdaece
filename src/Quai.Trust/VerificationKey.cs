using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Trust;

/// <summary>A public key in PEM (<c>PUBLIC KEY</c>): ECDSA over P-256, P-384 or P-521, RSA (PKCS #1 v1.5 or PSS), or Ed25519; all with SHA-256, as cosign does.</summary>
public sealed class VerificationKey
{
    private const int LeastRsaBits = 2048;

    /// <summary>SubjectPublicKeyInfo of an Ed25519 key, up to the key itself (RFC 8410).</summary>
    private static readonly byte[] Ed25519Prefix = Convert.FromHexString("302a300506032b6570032100");

    private readonly Func<byte[], byte[], bool> _verify;

    private VerificationKey(Func<byte[], byte[], bool> verify, string fingerprint)
    {
        _verify = verify;
        Fingerprint = fingerprint;
    }

    /// <summary><c>sha256:…</c> of the key's DER form: how messages name a key.</summary>
    public string Fingerprint { get; }

    /// <summary>Reads a key.</summary>
    /// <param name="pem">The file's text.</param>
    /// <param name="name">Its name in messages.</param>
    /// <exception cref="QuaiException">It contains no public key of these kinds.</exception>
    public static VerificationKey FromPem(string pem, string name)
    {
        try
        {
            if (!PemEncoding.TryFind(pem, out PemFields fields) || pem[fields.Label] != "PUBLIC KEY")
            {
                throw QuaiException.Invalid($"{name} holds no public key in PEM (-----BEGIN PUBLIC KEY-----)");
            }

            byte[] der = Convert.FromBase64String(pem[fields.Base64Data]);
            string fingerprint = Digest.Of(der).ToString();
            return new VerificationKey(Ed25519(der) ?? EllipticCurve(der) ?? Rsa(der, name), fingerprint);
        }
        catch (Exception e) when (e is not QuaiException)
        {
            throw QuaiException.Invalid($"{name} holds no public key: {e.Message}", e);
        }
    }

    /// <summary>Reads a key from a file.</summary>
    /// <exception cref="QuaiException">The file cannot be read, or contains no key.</exception>
    public static VerificationKey FromFile(string path)
    {
        try
        {
            return FromPem(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw QuaiException.Invalid($"the key {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Whether this key's owner made the signature.</summary>
    public bool Verifies(ImageSignature signature)
    {
        try
        {
            return _verify(signature.Payload, signature.Signature);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    private static Func<byte[], byte[], bool>? EllipticCurve(byte[] der)
    {
        using (var probe = ECDsa.Create())
        {
            try
            {
                probe.ImportSubjectPublicKeyInfo(der, out _);
            }
            catch (CryptographicException)
            {
                return null;
            }
        }

        return (payload, signature) =>
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(der, out _);
            return key.VerifyData(payload, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        };
    }

    private static Func<byte[], byte[], bool> Rsa(byte[] der, string name)
    {
        using (var probe = RSA.Create())
        {
            probe.ImportSubjectPublicKeyInfo(der, out _);
            if (probe.KeySize < LeastRsaBits)
            {
                throw QuaiException.Invalid($"the RSA key in {name} is shorter than {LeastRsaBits} bits");
            }
        }

        return (payload, signature) =>
        {
            using var key = RSA.Create();
            key.ImportSubjectPublicKeyInfo(der, out _);
            return key.VerifyData(payload, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                || key.VerifyData(payload, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        };
    }

    private static Func<byte[], byte[], bool>? Ed25519(byte[] der)
    {
        if (der.Length != Ed25519Prefix.Length + Ed25519PublicKeyParameters.KeySize || !der.AsSpan().StartsWith(Ed25519Prefix))
        {
            return null;
        }

        Ed25519PublicKeyParameters key = new(der, Ed25519Prefix.Length);
        return (payload, signature) =>
        {
            Ed25519Signer signer = new();
            signer.Init(forSigning: false, key);
            signer.BlockUpdate(payload, 0, payload.Length);
            return signature.Length == Ed25519PrivateKeyParameters.SignatureSize && signer.VerifySignature(signature);
        };
    }
}
