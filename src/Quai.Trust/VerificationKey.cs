using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Security;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Trust;

/// <summary>A public key in PEM (<c>PUBLIC KEY</c>): ECDSA over P-256, P-384 or P-521, RSA (PKCS #1 v1.5 or PSS), or Ed25519; all with SHA-256, as cosign does.</summary>
public sealed class VerificationKey
{
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
    /// <param name="name">What errors call it.</param>
    /// <exception cref="QuaiException">It holds no public key of these kinds.</exception>
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
            return PublicKeyFactory.CreateKey(der) switch
            {
                ECPublicKeyParameters => new VerificationKey(EllipticCurve(der), fingerprint),
                RsaKeyParameters { Modulus.BitLength: >= 2048 } => new VerificationKey(Rsa(der), fingerprint),
                RsaKeyParameters => throw QuaiException.Invalid($"the RSA key in {name} is shorter than 2048 bits"),
                Ed25519PublicKeyParameters edwards => new VerificationKey((payload, signature) => Edwards(edwards, payload, signature), fingerprint),
                _ => throw QuaiException.Invalid($"the key in {name} is of a kind that images are not signed with"),
            };
        }
        catch (Exception e) when (e is not QuaiException)
        {
            throw QuaiException.Invalid($"{name} holds no public key: {e.Message}", e);
        }
    }

    /// <summary>Reads a key from a file.</summary>
    /// <exception cref="QuaiException">The file cannot be read, or holds no key.</exception>
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

    private static Func<byte[], byte[], bool> EllipticCurve(byte[] der) => (payload, signature) =>
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(der, out _);
        return key.VerifyData(payload, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    };

    private static Func<byte[], byte[], bool> Rsa(byte[] der) => (payload, signature) =>
    {
        using var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(der, out _);
        return key.VerifyData(payload, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            || key.VerifyData(payload, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
    };

    private static bool Edwards(Ed25519PublicKeyParameters key, byte[] payload, byte[] signature)
    {
        Ed25519Signer signer = new();
        signer.Init(forSigning: false, key);
        signer.BlockUpdate(payload, 0, payload.Length);
        return signature.Length == 64 && signer.VerifySignature(signature);
    }
}
