using System.Security.Cryptography;
using System.Text;
using Quai.Errors;

namespace Quai.Trust;

/// <summary>A private key that signs images: ECDSA over P-256 as cosign generates it, or any ECDSA or RSA key in PKCS #8.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly ECDsa? _curve;
    private readonly RSA? _rsa;

    private SigningKey(ECDsa? curve, RSA? rsa) => (_curve, _rsa) = (curve, rsa);

    /// <summary>A new key over P-256.</summary>
    public static SigningKey Generate() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256), null);

    /// <summary>Reads a private key in PEM: cosign's encrypted format, PKCS #8 plain or encrypted, or <c>EC PRIVATE KEY</c>.</summary>
    /// <param name="pem">The file's text.</param>
    /// <param name="password">For an encrypted key.</param>
    /// <param name="name">Its name in messages.</param>
    /// <exception cref="QuaiException">It is not a key, or the password is wrong.</exception>
    public static SigningKey FromPem(string pem, string password, string name)
    {
        if (!PemEncoding.TryFind(pem, out PemFields fields))
        {
            throw QuaiException.Invalid($"{name} holds no private key in PEM");
        }

        string label = pem[fields.Label];
        try
        {
            switch (label)
            {
                case SecretBox.SigstoreLabel or SecretBox.CosignLabel:
                    return FromPkcs8(SecretBox.Open(Convert.FromBase64String(pem[fields.Base64Data]), password, name), name);
                case "PRIVATE KEY":
                    return FromPkcs8(Convert.FromBase64String(pem[fields.Base64Data]), name);
                case "ENCRYPTED PRIVATE KEY":
                    return FromEncryptedPem(pem, password);
                case "EC PRIVATE KEY":
                    var curve = ECDsa.Create();
                    curve.ImportECPrivateKey(Convert.FromBase64String(pem[fields.Base64Data]), out _);
                    return new SigningKey(curve, null);
                default:
                    throw QuaiException.Invalid($"{name} holds a {label}, not a private key that images are signed with");
            }
        }
        catch (Exception e) when (e is CryptographicException or FormatException or PlatformNotSupportedException)
        {
            throw QuaiException.Invalid($"the private key {name} cannot be read{(label.StartsWith("ENCRYPTED", StringComparison.Ordinal) ? ": the password is wrong, or the file is damaged" : "")}", e);
        }
    }

    /// <summary>The private key as cosign stores it, encrypted with a password.</summary>
    public string ToCosignPem(string password)
    {
        byte[] pkcs8 = _curve?.ExportPkcs8PrivateKey() ?? _rsa!.ExportPkcs8PrivateKey();
        try
        {
            return PemEncoding.WriteString(SecretBox.SigstoreLabel, SecretBox.Seal(pkcs8, password)) + "\n";
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    /// <summary>The public half, in PEM.</summary>
    public string ToPublicPem() => (_curve?.ExportSubjectPublicKeyInfoPem() ?? _rsa!.ExportSubjectPublicKeyInfoPem()) + "\n";

    /// <summary>Signs a document.</summary>
    public ImageSignature Sign(SimpleSigning document)
    {
        byte[] payload = document.ToPayload();
        return new ImageSignature(
            payload,
            _curve?.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
                ?? _rsa!.SignData(payload, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _curve?.Dispose();
        _rsa?.Dispose();
    }

    private static SigningKey FromPkcs8(byte[] der, string name)
    {
        try
        {
            var curve = ECDsa.Create();
            try
            {
                curve.ImportPkcs8PrivateKey(der, out _);
                return new SigningKey(curve, null);
            }
            catch (CryptographicException)
            {
                curve.Dispose();
            }

            var rsa = RSA.Create();
            try
            {
                rsa.ImportPkcs8PrivateKey(der, out _);
                return new SigningKey(null, rsa);
            }
            catch (CryptographicException e)
            {
                rsa.Dispose();
                throw QuaiException.Invalid($"the key in {name} is neither an ECDSA nor an RSA key", e);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    private static SigningKey FromEncryptedPem(string pem, string password)
    {
        var curve = ECDsa.Create();
        try
        {
            curve.ImportFromEncryptedPem(pem, password);
            return new SigningKey(curve, null);
        }
        catch (CryptographicException)
        {
            curve.Dispose();
            var rsa = RSA.Create();
            rsa.ImportFromEncryptedPem(pem, password);
            return new SigningKey(null, rsa);
        }
    }
}
